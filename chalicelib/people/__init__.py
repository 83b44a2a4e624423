"""The people who use Yima, as the sign-in service knows them."""
