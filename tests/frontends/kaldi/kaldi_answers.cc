// What Kaldi makes of networks: it is compiled with Kaldi's own sources and called by make_answers.py.
//
//   kaldi_answers CONFIG SEED BINARY FRAMES FOLDER
//
// writes FOLDER/model.raw, input, ivector (if the network takes one) and out.NAME for every output: rows and columns as
// two int32, then floats. Frames beyond the ends are those at the ends, as in nnet3-compute.
#include <fstream>
#include "nnet3/nnet-compute.h"
#include "nnet3/nnet-nnet.h"
#include "nnet3/nnet-optimize.h"
#include "nnet3/nnet-utils.h"

using namespace kaldi;
using namespace kaldi::nnet3;

static void Put(const Matrix<BaseFloat> &m, const std::string &path) {
  std::ofstream file(path, std::ios::binary);
  const int32 sizes[2] = {m.NumRows(), m.NumCols()};
  file.write(reinterpret_cast<const char *>(sizes), 8);
  for (int32 i = 0; i < m.NumRows(); i++) file.write(reinterpret_cast<const char *>(m.RowData(i)), 4 * m.NumCols());
}

int main(int argc, char **argv) {
  std::srand(std::atoi(argv[2]));
  const bool binary = std::atoi(argv[3]);
  const int32 frames = std::atoi(argv[4]);
  const std::string folder = std::string(argv[5]) + "/";
  Nnet nnet;
  std::ifstream config(argv[1]);
  nnet.ReadConfig(config);
  PerturbParams(0.3, &nnet);
  {
    std::ofstream file(folder + "model.raw", std::ios::binary);
    if (binary) file.write("\0B", 2);
    nnet.Write(file, binary);
  }
  SetBatchnormTestMode(true, &nnet);
  SetDropoutTestMode(true, &nnet);

  int32 left, right;
  ComputeSimpleNnetContext(nnet, &left, &right);
  Matrix<BaseFloat> input(frames, nnet.InputDim("input")), ivector;
  input.SetRandn();
  Put(input, folder + "input");
  ComputationRequest request;
  request.inputs.push_back(IoSpecification("input", -left, frames + right));
  if (nnet.InputDim("ivector") > 0) {
    ivector.Resize(1, nnet.InputDim("ivector"));
    ivector.SetRandn();
    Put(ivector, folder + "ivector");
    request.inputs.push_back(IoSpecification("ivector", 0, 1));
  }
  std::vector<std::string> names;
  for (int32 n = 0; n < nnet.NumNodes(); n++)
    if (nnet.IsOutputNode(n)) names.push_back(nnet.GetNodeName(n));
  for (const std::string &name : names) request.outputs.push_back(IoSpecification(name, 0, frames));

  CachingOptimizingCompiler compiler(nnet, NnetOptimizeOptions());
  std::shared_ptr<const NnetComputation> computation = compiler.Compile(request);
  NnetComputer computer(NnetComputeOptions(), *computation, nnet, NULL);
  CuMatrix<BaseFloat> given(frames + left + right, input.NumCols()), speaker(ivector);
  for (int32 t = -left; t < frames + right; t++)
    given.Row(t + left).CopyFromVec(input.Row(std::min(std::max(t, 0), frames - 1)));
  computer.AcceptInput("input", &given);
  if (ivector.NumRows() > 0) computer.AcceptInput("ivector", &speaker);
  computer.Run();
  for (const std::string &name : names) {
    CuMatrix<BaseFloat> output;
    computer.GetOutputDestructive(name, &output);
    Put(Matrix<BaseFloat>(output), folder + "out." + name);
  }
}
