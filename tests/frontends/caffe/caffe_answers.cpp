// What Caffe makes of a net; called by answer_nets.py.
//
//   caffe_answers NET.prototxt NET.caffemodel|- FOLDER
//
// reads FOLDER/in.NAME of every input and writes FOLDER/out.NAME of every output: rank and dims as int32, then floats.
#include <caffe/caffe.hpp>
#include <fstream>

using namespace caffe;

static void Put(const Blob<float> &blob, const std::string &path) {
  std::ofstream file(path, std::ios::binary);
  std::vector<int> head(1, blob.num_axes());
  head.insert(head.end(), blob.shape().begin(), blob.shape().end());
  file.write(reinterpret_cast<const char *>(head.data()), 4 * head.size());
  file.write(reinterpret_cast<const char *>(blob.cpu_data()), 4 * blob.count());
}

static void Get(const std::string &path, Blob<float> *blob) {
  std::ifstream file(path, std::ios::binary);
  int rank = 0;
  file.read(reinterpret_cast<char *>(&rank), 4);
  std::vector<int> shape(rank);
  file.read(reinterpret_cast<char *>(shape.data()), 4 * rank);
  blob->Reshape(shape);
  file.read(reinterpret_cast<char *>(blob->mutable_cpu_data()), 4 * blob->count());
}

int main(int, char **argv) {
  ::google::InitGoogleLogging(argv[0]);
  Caffe::set_mode(Caffe::CPU);
  Net<float> net(argv[1], TEST);
  if (std::string(argv[2]) != "-") net.CopyTrainedLayersFrom(argv[2]);
  const std::string folder = std::string(argv[3]) + "/";
  for (int i : net.input_blob_indices()) Get(folder + "in." + net.blob_names()[i], net.blobs()[i].get());
  net.Reshape();
  net.Forward();
  for (int i : net.output_blob_indices()) Put(*net.blobs()[i], folder + "out." + net.blob_names()[i]);
}
