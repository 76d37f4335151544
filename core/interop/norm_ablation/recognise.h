#pragma once
#include "core/io/torch_file/state_dict_file.h"

#include "core/config/run_config.h"

#include <array>

// What a model.pt is, by the tensors it holds: a folder's name is only what somebody called it. No torch here.
namespace ablate::interop::norm_ablation {

inline constexpr std::array kAblatedSites = {NormSite::attn_in, NormSite::ffn_in, NormSite::q, NormSite::k,
                                             NormSite::final};

// The norm of each site: "rms" (a weight), "layer" (a bias beside it), "scale" (one number), "none" (no tensor, which
// is L2Norm's form as well), "mixed" where layers differ.
struct NormKinds {
    std::array<std::string, kAblatedSites.size()> kind;
    std::array<std::string, kAblatedSites.size()> tensor;  // the first of the site, for people; "" without one
};
NormKinds norm_kinds(const io::torch_file::StateDictFile& file);

// Which of the source's variants have norms of these kinds; none, where it is another model. No norm with a tensor may
// be no_all_norm or replace_l2norm.
std::vector<std::string> variants_with(const NormKinds& kinds);

// "called no_qk_norm, but its model.pt has the norms of original: the norm at q is rms there (...)"; "" where the name
// fits, or is none of the source's.
std::string contradiction(const std::string& name, const NormKinds& kinds);

// The tensor of the file that is `tensor` of ours, by its name in layout.h or another that is in use for it: a
// ScaleNorm's number is also called g or weight. Null: not there.
const io::torch_file::StateDictFile::Tensor* find_weight(const io::torch_file::StateDictFile& file,
                                                         const TensorSpec& tensor);

// The first difference between the file's tensors and those of the configuration, in words; "" for none.
std::string difference_in_tensors(const io::torch_file::StateDictFile& file, const RunConfig& config);

}  // namespace ablate::interop::norm_ablation
