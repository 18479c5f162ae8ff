"""Pooling over windows of images, channel by channel."""
