"""Two people saved: what is asked, and how the answer is taken."""
