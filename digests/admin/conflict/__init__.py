"""The page shown when two people saved the same issue."""
