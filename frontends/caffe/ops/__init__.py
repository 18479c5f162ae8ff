"""The importers, one small function a layer type; importing this package fills the table."""

from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.ops import activation as activation
from dldt.frontends.caffe.ops import arithmetic as arithmetic
from dldt.frontends.caffe.ops import augmentation as augmentation
from dldt.frontends.caffe.ops import convolution_settings as convolution_settings
from dldt.frontends.caffe.ops import correlation as correlation
from dldt.frontends.caffe.ops import ctc as ctc
from dldt.frontends.caffe.ops import detection as detection
from dldt.frontends.caffe.ops import linear as linear
from dldt.frontends.caffe.ops import normalization as normalization
from dldt.frontends.caffe.ops import pooling as pooling
from dldt.frontends.caffe.ops import recurrent as recurrent
from dldt.frontends.caffe.ops import reduction as reduction
from dldt.frontends.caffe.ops import regions as regions
from dldt.frontends.caffe.ops import resample as resample
from dldt.frontends.caffe.ops import resize as resize
from dldt.frontends.caffe.ops import sampling as sampling
from dldt.frontends.caffe.ops import shape as shape
from dldt.frontends.engine.framework import Framework


def register() -> Framework:
    """The filled table."""
    return CAFFE
