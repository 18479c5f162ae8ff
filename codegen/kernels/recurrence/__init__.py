"""The loops over the steps of recurrent layers."""
