"""What experts judge: signed scores of one action on another, how far assessors agree, and what follows from them."""
