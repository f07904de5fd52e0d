// vitvp describe
#include <algorithm>
#include <ostream>

#include "platform/cli_options.hpp"
#include "platform/report_text.hpp"
#include "platform/scenario_values.hpp"
#include "vit/macs.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::platform {
namespace {

std::string count(std::uint64_t value) {
  return std::to_string(value);
}

void line(std::ostream& out, const std::string& name, const std::string& text) {
  out << "  " << name << std::string(16 - name.size(), ' ') << text << '\n';
}

void write_pruning(std::ostream& out, const vit::package& model) {
  std::string tokens;
  const auto& keep = model.pruning.keep_ppm;
  for (std::size_t b = 0; b < keep.size(); ++b) {
    if (keep[b] >= vit::keep_all_ppm) continue;
    tokens += (tokens.empty() ? "" : ", ") + ("block " + count(b)) + " keeps " +
              percent(keep[b], vit::keep_all_ppm);
  }
  line(out, "token pruning", tokens.empty() ? "off" : tokens);
  line(out, "FFN2 pruning",
       model.pruning.ffn2_enabled
           ? "threshold " + count(model.pruning.ffn2_threshold)
           : "off");
}

void write_picture_fit(std::ostream& out, const vit::package& model) {
  const vit::picture_fit& fit = model.pictures;
  const vit::geometry& g = model.size;
  line(out, "pictures",
       "shorter side to " +
           count(fit.resize.value_or(std::min(g.image_height, g.image_width))) +
           (fit.interpolation == vit::interpolation::bicubic ? ", bicubic"
                                                             : ", bilinear") +
           ", the centre");
}

void write_geometry(std::ostream& out, const vit::package& model) {
  const vit::geometry& g = model.size;
  line(out, "image",
       count(g.image_height) + " x " + count(g.image_width) + " x " +
           count(g.image_channels) + ", patch " + count(g.patch));
  write_picture_fit(out, model);
  line(out, "tokens", count(g.tokens()));
  line(out, "width",
       count(g.width) + ", " + count(g.heads) + " heads of " +
           count(g.head_width()));
  line(out, "depth",
       count(g.depth) + " blocks, " + count(g.hidden) + " hidden channels");
  line(out, "classes", count(g.classes));
  line(out, "scales",
       "residual " + to_string(model.residual_scale) + ", logits " +
           to_string(model.logit_scale));
}

// The four tensors of a product.
struct product_row {
  std::string name;
  const vit::linear& product;
  std::uint64_t copies;
};

std::uint64_t product_bytes(const vit::linear& l) {
  return l.weight.size() * sizeof l.weight[0] +
         l.bias.size() * sizeof l.bias[0] +
         l.multiplier.size() * sizeof l.multiplier[0] +
         l.shift.size() * sizeof l.shift[0];
}

void write_tensors(std::ostream& out, const vit::package& model) {
  const std::uint64_t depth = model.size.depth;
  std::vector<product_row> rows{{"patch", model.patch, 1}};
  if (!model.blocks.empty()) {
    const vit::block& block = model.blocks.front();
    rows.push_back({"blocks.*.qkv", block.qkv, depth});
    rows.push_back({"blocks.*.projection", block.projection, depth});
    rows.push_back({"blocks.*.ffn1", block.ffn1, depth});
    rows.push_back({"blocks.*.ffn2", block.ffn2, depth});
  }
  rows.push_back({"head", model.head, 1});
  text_table table({"product", "terms", "columns", "copies", "bytes"});
  std::uint64_t total = 0;
  for (const product_row& row : rows) {
    const std::uint64_t bytes = product_bytes(row.product) * row.copies;
    total += bytes;
    table.add({row.name, count(row.product.k), count(row.product.n),
               count(row.copies), human_bytes(bytes)});
  }
  const std::uint64_t position = model.position.size() * sizeof(std::int16_t);
  table.add({"position", count(model.size.tokens()), count(model.size.width),
             "1", human_bytes(position)});
  table.add({"sum", "", "", "", human_bytes(total + position)});
  out << '\n';
  table.write(out);
  out << '\n';
}

}  // namespace

int command_describe(const arguments& args, const cli_services& services) {
  cli_options options(cli_command_named("describe"));
  options.add_operand("PACKAGE");
  if (!options.parse(args, services.out)) return exit_good;

  const vit::package model =
      vit::open_package(options.get<std::string>("operand"));
  std::ostream& out = services.out;
  out << model.name << (model.synthetic ? " (synthetic weights)" : "") << '\n';
  line(out, "provenance", model.provenance);
  write_geometry(out, model);
  write_pruning(out, model);
  write_tensors(out, model);
  line(out, "dense macs",
       human(static_cast<double>(vit::dense_macs(model.size))) + " per image");
  return exit_good;
}

}  // namespace vitvp::platform
