"""The clinic's work, one folder per noun: rules, tables, queries, actions."""
