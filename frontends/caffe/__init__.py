"""The Caffe frontend: a net as text (.prototxt), weights as protobuf or HDF5 → records → Graph.

A net is read from its `.prototxt`, the weights by the layers' names from the `.caffemodel` beside it (`--input-proto`
names another net), or from HDF5 (`.caffemodel.h5`, with h5py installed). A `.caffemodel` alone is read where it holds
its whole net. Layers of the forms V0 and V1 are upgraded as Caffe does; what the rules of phase TEST leave out is not
read; layers that write over their bottom, shared parameters, and blobs as `data`, `double_data` or NVCaffe's `raw_data`
are known. Data layers are inputs, losses what they compute before the loss. Fields of forks that are not known have no
effect: they are listed in the log and in the metadata of the model (`caffe_unknown_fields`). Options are listed in
[formats.md](formats.md).

A net whose layers have no weights is refused, and the message tells where they are looked for: the fillers of a net
make numbers for training to begin with, so they are not used. The file that a `PowerFile` names must lie in the folder
of the net.

What forks write in their own way: `hole` (DeepLab) is the dilation of a convolution; a `BatchNorm` with `scale_bias`
(NVCaffe) has scale and shift behind its three blobs; `relu: true` in a convolution or `BatchNorm` (Intel) is a ReLU
behind it; `Dropout` with `scale_train: false` (Faster R-CNN) scales, `SpatialDropout` (ENet) is `Dropout`, `SyncBN`
(PSPNet) is `BN`; a `Python` layer `ProposalLayer` of any module (py-faster-rcnn, SSH) is `Proposal`; `DenseImageData`
(SegNet) and `ImageSegData` (PSPNet, DeepLab) are inputs, `SegAccuracy`, `MatWrite`, `SmoothL1LossOHEM` and
`BoxAnnotatorOHEM` are left out. `Resample` adds to the positions along each axis half the step of the other one, as
FlowNet's code does. `SpatialTransformer` is the one whose `theta` makes rows first.

Pooling rounds sizes up and divides by the part of a window inside the padding, as Caffe's code does. Of equal elements
`ArgMax` finds the last, as Caffe does.
"""
