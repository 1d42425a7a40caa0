"""The seed of a machine: who it is, and who may come in as administrator. Pure; keys are kept by keyring.py."""
