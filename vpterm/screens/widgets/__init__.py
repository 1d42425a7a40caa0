"""What places are made of: rows, fields, forms, questions. They know the shell and no noun."""
