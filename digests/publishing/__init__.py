"""Publishing: editions, and everything that is made from them."""
