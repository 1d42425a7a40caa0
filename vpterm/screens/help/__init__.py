"""Help made from the keymap: the page of a place, the menu of everything, and the questions of leaving."""
