"""What migrations compute with, as it was when they were written.

Copies, so that no change of the code they were taken from changes what an old migration does. Nothing here is ever
changed, and nothing but migrations imports it.
"""
