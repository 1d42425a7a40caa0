"""What every key means, said once. The screens declare their actions; footer, menu and help page are made from here."""
