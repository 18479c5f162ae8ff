"""The loops of recurrent layers."""
