// What Kaldi makes of nnet1 and nnet2 networks; chains.npz holds its files: proto, model, input and output of each. It is
// compiled with Kaldi's base, matrix, util, cudamatrix, nnet and nnet2.
//
//   kaldi_chains nnet1|nnet2 BASE SEED BINARY FRAMES
//
// reads BASE.proto, writes BASE.nnet (of nnet2 the network alone: chains.npz has a TransitionModel of one phone before it,
// and empty priors behind it), BASE.input and BASE.output: rows and columns as two int32, then floats. In nnet2 the first
// and last frames are repeated around the input.
#include <fstream>
#include "nnet/nnet-nnet.h"
#include "nnet2/nnet-component.h"
#include "nnet2/nnet-nnet.h"

using namespace kaldi;

static void Put(const Matrix<BaseFloat> &m, const std::string &path) {
  std::ofstream file(path, std::ios::binary);
  const int32 sizes[2] = {m.NumRows(), m.NumCols()};
  file.write(reinterpret_cast<const char *>(sizes), 8);
  for (int32 i = 0; i < m.NumRows(); i++) file.write(reinterpret_cast<const char *>(m.RowData(i)), 4 * m.NumCols());
}

static void Nnet1(const std::string &base, bool binary, int32 frames, bool perturb) {
  nnet1::Nnet nnet;
  nnet.Init(base + ".proto");
  Vector<BaseFloat> params;
  if (perturb) {  // components that cannot set their parameters are left as they are
    nnet.GetParams(&params);
    Vector<BaseFloat> noise(params.Dim());
    if (params.Dim() > 0) noise.SetRandn();
    params.AddVec(0.3, noise);
    nnet.SetParams(params);
  }
  nnet.Write(base + ".nnet", binary);
  nnet.SetDropoutRate(0.0);
  Matrix<BaseFloat> input(frames, nnet.InputDim());
  input.SetRandn();
  Put(input, base + ".input");
  nnet.ResetStreams(std::vector<int32>(1, 1));
  nnet.SetSeqLengths(std::vector<int32>(1, frames));
  CuMatrix<BaseFloat> given(input), output;
  nnet.Feedforward(given, &output);
  Put(Matrix<BaseFloat>(output), base + ".output");
}

static void Nnet2(const std::string &base, bool binary, int32 frames) {
  nnet2::Nnet nnet;
  std::ifstream proto(base + ".proto");
  nnet.Init(proto);
  std::ofstream file(base + ".nnet", std::ios::binary);
  if (binary) file.write("\0B", 2);
  nnet.Write(file, binary);
  Matrix<BaseFloat> input(frames, nnet.InputDim());
  input.SetRandn();
  Put(input, base + ".input");
  const int32 left = nnet.LeftContext(), right = nnet.RightContext(), all = frames + left + right;
  Matrix<BaseFloat> padded(all, input.NumCols());
  for (int32 t = -left; t < frames + right; t++)
    padded.Row(t + left).CopyFromVec(input.Row(std::min(std::max(t, 0), frames - 1)));
  CuMatrix<BaseFloat> x(padded);
  std::vector<nnet2::ChunkInfo> chunks;
  nnet.ComputeChunkInfo(all, 1, &chunks);
  for (int32 i = 0; i < nnet.NumComponents(); i++) {
    CuMatrix<BaseFloat> y;
    nnet.GetComponent(i).Propagate(chunks[i], chunks[i + 1], x, &y);
    x = y;
  }
  Put(Matrix<BaseFloat>(x), base + ".output");
}

int main(int argc, char **argv) {
  const std::string base = argv[2];
  std::srand(std::atoi(argv[3]));
  const bool binary = std::atoi(argv[4]), still = base.find("sent") + base.find("frame") + 2 != 0;
  if (std::string(argv[1]) == "nnet1") Nnet1(base, binary, std::atoi(argv[5]), !still);
  else Nnet2(base, binary, std::atoi(argv[5]));
}
