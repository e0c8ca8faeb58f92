"""Publishing: editions, and everything that is projected from them."""
