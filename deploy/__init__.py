"""Setting up, running and shipping Shiguang. Nothing here is part of the installed package."""
