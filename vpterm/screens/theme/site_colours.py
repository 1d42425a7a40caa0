"""How the colours that a site may choose (practice/sites/rules.py) look on a screen."""

SITE_COLOURS = {
    "lilac": "#b39ddb",
    "blue": "#5aa9e6",
    "green": "#8fb573",
    "amber": "#e0a458",
    "red": "#cf7f6b",
    "cyan": "#5fb8b0",
}
