"""The demo: a newsroom to look at. Its words stand in folders, one a digest, one file an issue, in our own format.

Companies, places and products are invented; their addresses end with .test, which leads nowhere.
"""
