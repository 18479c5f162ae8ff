"""Pooling: windows of images, channel by channel."""
