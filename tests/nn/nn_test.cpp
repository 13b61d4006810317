#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>

#include "lion/base/error.h"
#include "lion/nn/activation.h"
#include "lion/nn/attention.h"
#include "lion/nn/linear.h"
#include "lion/nn/name_rule.h"
#include "lion/nn/norm.h"
#include "lion/nn/parameter.h"
#include "lion/nn/precision.h"
#include "lion/nn/shape.h"

namespace lion::nn {
namespace {

template <typename Work>
std::string message_of(Work&& work) {
  try {
    work();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(Shape, MismatchSaysWhatAndExpected) {
  EXPECT_NO_THROW(check_shape(at::zeros({2, 3}), {kAny, 3}, "x"));
  const std::string message = message_of([] {
    check_shape(at::zeros({2, 3}), {kAny, 4}, "Linear: x");
  });
  EXPECT_NE(message.find("Linear: x: got shape [2,3], expected [any,4]"), std::string::npos)
      << message;
}

TEST(Placeholder, HasAShapeButNoMemory) {
  const at::Tensor tensor = placeholder({1000, 1000, 1000});
  EXPECT_EQ(tensor.numel(), 1'000'000'000);
  EXPECT_EQ(tensor.storage().nbytes(), 4u);
  EXPECT_TRUE(is_placeholder(tensor));
  EXPECT_FALSE(is_placeholder(at::zeros({3})));
}

TEST(Linear, FewAndManyRowsAgreeWithAten) {
  const at::NoGradGuard no_grad;
  torch::manual_seed(3);
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    Linear linear(70, 33, Bias::kYes);
    set_compute_type(*linear, type);
    linear->weight.set_data(at::randn({33, 70}).to(type));
    linear->bias.set_data(at::randn({33}).to(type));
    for (const int64_t rows : {1, 5, 16, 17, 40}) {
      const at::Tensor x = at::randn({rows, 70}).to(type);
      const at::Tensor exact = at::linear(x.to(at::kDouble), linear->weight.to(at::kDouble),
                                          linear->bias.to(at::kDouble));
      // Of values up to 30, sums of 70 products; bf16 keeps 8 bits.
      const double tolerance = type == at::kFloat ? 3e-5 : 0.15;
      const at::Tensor got = linear->forward(x);
      EXPECT_EQ(got.scalar_type(), type);
      EXPECT_LE((got.to(at::kDouble) - exact).abs().max().item<double>(), tolerance) << rows;
    }
  }
}

TEST(Linear, FloatResultsWereNeverRounded) {
  const at::NoGradGuard no_grad;
  torch::manual_seed(3);
  Linear linear(70, 33, Bias::kYes);
  set_compute_type(*linear, at::kBFloat16);
  linear->weight.set_data(at::randn({33, 70}).to(at::kBFloat16));
  linear->bias.set_data(at::randn({33}).to(at::kBFloat16));
  for (const Rows how : {Rows::kTogether, Rows::kIndependent}) {
    for (const int64_t rows : {1, 16, 17, 40}) {
      const at::Tensor x = at::randn({rows, 70}).to(at::kBFloat16);
      const at::Tensor exact = at::linear(x.to(at::kDouble), linear->weight.to(at::kDouble),
                                          linear->bias.to(at::kDouble));
      const at::Tensor got = linear->forward_float(x, how);
      ASSERT_EQ(got.scalar_type(), at::kFloat);
      EXPECT_LE((got.to(at::kDouble) - exact).abs().max().item<double>(), 3e-5) << rows;
    }
  }
}

TEST(Linear, IndependentRowsAreTheSameInAnyCompany) {
  torch::manual_seed(4);
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    Linear linear(300, 75, Bias::kYes);
    set_compute_type(*linear, type);
    linear->weight.set_data(at::randn({75, 300}).to(type));
    linear->bias.set_data(at::randn({75}).to(type));
    linear->weight.requires_grad_();  // asked for or not: there are none
    const at::Tensor x = at::randn({64, 1, 300});
    const at::Tensor all = linear->forward(x, Rows::kIndependent);
    const at::Tensor all_float = linear->forward_float(x, Rows::kIndependent);
    EXPECT_FALSE(all.requires_grad());
    for (const int64_t rows : {1, 5, 16, 17, 40}) {
      for (int64_t first = 0; first + rows <= 64; first += 7) {
        const at::Tensor part = x.narrow(0, first, rows);
        EXPECT_TRUE(
            at::equal(linear->forward(part, Rows::kIndependent), all.narrow(0, first, rows)))
            << type << ", rows " << first << " to " << first + rows;
        EXPECT_TRUE(at::equal(linear->forward_float(part, Rows::kIndependent),
                              all_float.narrow(0, first, rows)))
            << type << ", rows " << first << " to " << first + rows;
      }
    }
  }
}

TEST(GatedGelu, IndependentRowsAreTheSameInAnyCompany) {
  const at::NoGradGuard no_grad;
  torch::manual_seed(5);
  for (const Gelu kind : {Gelu::kErf, Gelu::kTanh}) {
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      const at::Tensor gate = at::randn({40, 1, 75}).to(type) * 2;
      const at::Tensor value = at::randn({40, 1, 75}).to(type);
      const at::Tensor all = gated_gelu(gate, value, kind, Rows::kIndependent);
      for (int64_t row = 0; row < 40; ++row) {
        EXPECT_TRUE(at::equal(
            gated_gelu(gate.narrow(0, row, 1), value.narrow(0, row, 1), kind, Rows::kIndependent),
            all.narrow(0, row, 1)))
            << type << ", row " << row;
      }
    }
  }
}

TEST(Linear, GradientsFlowThroughFewRows) {
  Linear linear(8, 4, Bias::kYes);
  linear->weight.set_data(at::randn({4, 8}));
  linear->bias.set_data(at::randn({4}));
  linear->weight.requires_grad_();
  linear->forward(at::ones({2, 8})).sum().backward();
  EXPECT_TRUE(at::allclose(linear->weight.grad(), at::full({4, 8}, 2.0)));
}

TEST(Embedding, RefusesIdsOutsideTheTable) {
  Embedding table(10, 2);
  const std::string message = message_of([&] { table->forward(at::tensor({3, 10}, at::kLong)); });
  EXPECT_NE(message.find("got id 10, expected 0 to 9"), std::string::npos) << message;
}

TEST(PatchConv, IsAConvolution) {
  PatchConv conv(6, 4);
  conv->weight.set_data(at::randn({6, 3, 4, 4}));
  conv->bias.set_data(at::randn({6}));
  const at::Tensor image = at::randn({2, 3, 12, 12});
  const at::Tensor expected =
      at::conv2d(image, conv->weight, conv->bias, 4).flatten(2).transpose(1, 2);
  EXPECT_TRUE(at::allclose(conv->forward(image), expected, 1e-5, 1e-5));
  EXPECT_NE(message_of([&] {
              conv->forward(at::zeros({1, 3, 10, 12}));
            }).find("multiple of 4"),
            std::string::npos);
}

TEST(Norms, AgreeWithAndWithoutGradients) {
  LayerNorm layer(24, 1e-5);
  layer->weight.set_data(at::randn({24}));
  layer->bias.set_data(at::randn({24}));
  RmsNorm rms(24, 1e-6);
  rms->weight.set_data(at::randn({24}));
  const at::Tensor x = at::randn({3, 5, 24}) * 3;
  const at::Tensor grad_x = x.clone().requires_grad_();
  EXPECT_TRUE(at::allclose(layer->forward(x), layer->forward(grad_x), 1e-5, 1e-5));
  EXPECT_TRUE(
      at::allclose(rms->forward(x, at::kFloat), rms->forward(grad_x, at::kFloat), 1e-5, 1e-5));
  // Both of RmsNorm's go through one kernel on the CPU: its formula, too.
  const at::Tensor scaled = x * at::rsqrt(x.square().mean(-1, true) + 1e-6) * rms->weight;
  EXPECT_TRUE(at::allclose(rms->forward(x, at::kFloat), scaled, 1e-5, 1e-5));
  EXPECT_EQ(layer->forward(x, at::kBFloat16).scalar_type(), at::kBFloat16);
}

/// The gradients of `inputs` when `forward` makes a sum of products of its result.
std::vector<at::Tensor> gradients_of(const std::vector<at::Tensor>& inputs,
                                     const std::function<at::Tensor()>& forward) {
  for (at::Tensor input : inputs) input.mutable_grad() = at::Tensor();
  const at::Tensor out = forward();
  torch::manual_seed(3);
  (out * at::randn(out.sizes())).sum().backward();
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& input : inputs) gradients.push_back(input.grad().clone());
  return gradients;
}

void expect_close(const std::vector<at::Tensor>& got, const std::vector<at::Tensor>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].sizes(), want[i].sizes()) << i;
    EXPECT_TRUE(at::allclose(got[i], want[i], 1e-4, 1e-5)) << i;
  }
}

TEST(Norms, RmsNormsGradientsAreAtens) {
  torch::manual_seed(6);
  RmsNorm rms(24, 1e-6);
  rms->weight.set_data(at::randn({24}));
  rms->weight.set_requires_grad(true);
  const at::Tensor x = (at::randn({3, 5, 24}) * 3).requires_grad_();
  expect_close(gradients_of({x, rms->weight}, [&] { return rms->forward(x, at::kFloat); }),
               gradients_of({x, rms->weight}, [&] {
                 return rms->weight * x * at::rsqrt(x.square().mean(-1, true) + 1e-6);
               }));
}

TEST(Attention, GradientsAreAtens) {
  torch::manual_seed(7);
  const auto input = [](at::IntArrayRef sizes) { return at::randn(sizes).requires_grad_(); };
  const at::Tensor q = input({2, 3, 4, 8}), k = input({2, 3, 5, 8}), v = input({2, 3, 5, 8});
  const at::Tensor whole = input({2, 3, 4, 5}), shared = input({1, 3, 4, 5});
  const at::Tensor fixed = at::randn({2, 1, 1, 5});
  const auto formula = [&](double scale, const at::Tensor& bias) {
    return at::softmax(q.matmul(k.transpose(2, 3)) * scale + bias, -1).matmul(v);
  };
  for (const at::Tensor& bias : {whole, shared}) {
    expect_close(gradients_of({q, k, v, bias}, [&] { return attention(q, k, v, 1, bias); }),
                 gradients_of({q, k, v, bias}, [&] { return formula(1, bias); }));
  }
  expect_close(gradients_of({q, k, v}, [&] { return attention(q, k, v, 0.3, fixed); }),
               gradients_of({q, k, v}, [&] { return formula(0.3, fixed); }));
  expect_close(gradients_of({q, k, v}, [&] { return attention(q, k, v, 0.3, {}); }),
               gradients_of({q, k, v}, [&] { return formula(0.3, at::zeros({1})); }));
  // Long rows take ATen's fused kernel.
  const at::Tensor long_k = input({1, 1, 30000, 8}), long_v = input({1, 1, 30000, 8});
  const at::Tensor one = input({1, 1, 1, 8});
  expect_close(gradients_of({one, long_k}, [&] { return attention(one, long_k, long_v, 0.3, {}); }),
               gradients_of({one, long_k}, [&] {
                 return at::softmax(one.matmul(long_k.transpose(2, 3)) * 0.3, -1).matmul(long_v);
               }));
}

TEST(Attention, OfTwoKeysByHand) {
  // Scores 0 and ln 3 give weights 1/4 and 3/4.
  const at::Tensor q = at::ones({1, 1, 1, 1});
  const at::Tensor k = at::tensor({0.0f, std::log(3.0f)}).view({1, 1, 2, 1});
  const at::Tensor v = at::tensor({8.0f, 4.0f}).view({1, 1, 2, 1});
  EXPECT_NEAR(attention(q, k, v, 1.0).item<double>(), 0.25 * 8 + 0.75 * 4, 1e-6);
  const at::Tensor mask = key_mask(at::tensor({1, 0}, at::kLong).unsqueeze(0), -10000.0);
  EXPECT_NEAR(attention(q, k, v, 1.0, mask).item<double>(), 8.0, 1e-6);
}

TEST(Attention, AFirstBlockOfMaskedKeysCountsForNothingInBf16) {
  const at::NoGradGuard no_grad;
  torch::manual_seed(8);
  const at::Tensor q = at::randn({2, 3, 20, 32}), k = at::randn({2, 3, 81, 32});
  const at::Tensor v = at::randn({2, 3, 81, 32});
  at::Tensor keep = at::ones({2, 81}, at::kLong);
  keep.narrow(1, 0, 64).zero_();
  const at::Tensor mask = key_mask(keep, std::numeric_limits<float>::lowest());
  const at::Tensor want = attention(q, k.narrow(2, 64, 17), v.narrow(2, 64, 17), 0.3);
  std::vector<at::Device> devices = {at::kCPU};
  if (torch::cuda::is_available()) devices.emplace_back(at::kCUDA);
  for (const at::Device device : devices) {
    const auto there = [device](const at::Tensor& x) { return x.to(device, at::kBFloat16); };
    const at::Tensor got = attention(there(q), there(k), there(v), 0.3, mask.to(device));
    EXPECT_TRUE(at::allclose(got.to(at::kCPU, at::kFloat), want, 0.02, 0.02)) << device;
  }
}

TEST(Precision, OnlyMatricesChangeType) {
  auto both = std::make_shared<torch::nn::Module>();
  Linear linear(4, 4, Bias::kYes);
  LayerNorm norm(4, 1e-5);
  both->register_module("linear", linear);
  both->register_module("norm", norm);
  set_compute_type(*both, at::kBFloat16);
  EXPECT_EQ(linear->weight.scalar_type(), at::kBFloat16);
  EXPECT_EQ(linear->bias.scalar_type(), at::kBFloat16);
  EXPECT_EQ(norm->weight.scalar_type(), at::kFloat);
  EXPECT_TRUE(is_placeholder(linear->weight));
}

TEST(Randomize, IsTheSameForTheSameSeed) {
  Linear a(40, 30, Bias::kYes), b(40, 30, Bias::kYes);
  randomize(*a, 5);
  randomize(*b, 5);
  EXPECT_TRUE(at::equal(a->weight, b->weight));
  EXPECT_FALSE(is_placeholder(a->weight));
  EXPECT_TRUE(at::equal(a->bias, at::zeros({30})));
  EXPECT_NEAR(a->weight.std().item<double>(), 0.02, 0.002);
}

TEST(NameRule, KeepsNumbersAndRest) {
  const std::vector<NameRule> rules = {
      {"skip.", "", "not wanted"},
      {"layers.*.blocks.*.", "stage.*.part.*.", ""},
      {"layers.", "other.", ""},
  };
  EXPECT_EQ(map_name(rules, "layers.12.blocks.3.fc1.weight")->ours, "stage.12.part.3.fc1.weight");
  EXPECT_EQ(map_name(rules, "layers.x.weight")->ours, "other.x.weight");
  EXPECT_EQ(map_name(rules, "skip.me")->unused, "not wanted");
  EXPECT_TRUE(map_name(rules, "skip.me")->ours.empty());
  EXPECT_FALSE(map_name(rules, "unknown").has_value());
}

}  // namespace
}  // namespace lion::nn
