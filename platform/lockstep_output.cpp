#include "platform/lockstep_output.hpp"

#include <tuple>

#include "models/common/hexadecimal.hpp"
#include "platform/report_sections.hpp"
#include "platform/report_text.hpp"
#include "platform/scenario_names.hpp"

namespace vitvp::platform {
namespace {

using json = nlohmann::ordered_json;
using beats = std::vector<models::lockstep_beat>;
using models::hexadecimal;
using models::lockstep_beat;
using models::lockstep_divergence;

std::string listed(const models::named_numbers& numbers) {
  std::string text;
  for (const auto& [name, value] : numbers) {
    text += (text.empty() ? "" : ", ") + name + " " + count(value);
  }
  return text;
}

/// Addresses are told in hexadecimal.
std::string value_text(const lockstep_divergence& d, std::int64_t value) {
  return d.field == "address" ? hexadecimal(static_cast<std::uint64_t>(value))
                              : std::to_string(value);
}

std::string difference_text(const lockstep_divergence& d) {
  std::string text;
  if (!d.port.empty()) text = d.port + " " + d.field;
  if (d.expected && d.got) {
    text += ": expected " + value_text(d, *d.expected) + ", got " +
            value_text(d, *d.got);
  }
  if (!d.what.empty()) text += (text.empty() ? "" : ": ") + d.what;
  return text;
}

std::vector<std::string> cells(const lockstep_beat& beat) {
  return {hexadecimal(beat.address), count(beat.count), count(beat.stride)};
}

/// Beats of both sides, those of one port and cycle beside each other.
void write_beats(std::ostream& out, const beats& expected, const beats& got) {
  text_table table({"cycle", "port", "expected", "count", "stride", "got",
                    "count", "stride"});
  auto e = expected.begin();
  auto g = got.begin();
  // One side may remember more than the other.
  if (!expected.empty() && !got.empty()) {
    while (e->cycle < got.front().cycle && e + 1 != expected.end()) ++e;
    while (g->cycle < expected.front().cycle && g + 1 != got.end()) ++g;
  }
  while (e != expected.end() || g != got.end()) {
    const bool both = e != expected.end() && g != got.end();
    const bool same = both && e->cycle == g->cycle && e->port == g->port;
    const bool is_expected =
        same || g == got.end() || (both && e->cycle <= g->cycle);
    const lockstep_beat& beat = is_expected ? *e : *g;
    std::vector<std::string> row{count(beat.cycle), beat.port};
    const auto add = [&row](const std::vector<std::string>& side) {
      row.insert(row.end(), side.begin(), side.end());
    };
    add(is_expected ? cells(*e) : std::vector<std::string>{"-", "", ""});
    add(same || !is_expected ? cells(*g) : std::vector<std::string>{"-"});
    table.add(row);
    if (is_expected) ++e;
    if (same || !is_expected) ++g;
  }
  table.write(out);
}

void write_divergence(std::ostream& out, const lockstep_divergence& d) {
  line(out, "command",
       count(d.command) + " of " + d.block + ", tag " + hexadecimal(d.tag) +
           (d.layer.empty() ? "" : ", " + d.layer));
  line(out, "cycle",
       count(d.cycle) + " of the command, after " + count(d.refused) +
           " refused, at " + count(d.start_ps) + " ps");
  line(out, "difference", difference_text(d));
  if (!d.place.empty()) line(out, "place", listed(d.place));
  if (d.expected_beats.empty() && d.got_beats.empty()) return;
  out << "\n  The last beats; refused cycles are not counted.\n\n";
  write_beats(out, d.expected_beats, d.got_beats);
  out << '\n';
}

json to_json(const models::named_numbers& numbers) {
  json tree = json::object();
  for (const auto& [name, value] : numbers) tree[name] = value;
  return tree;
}

json to_json(const beats& list) {
  json tree = json::array();
  for (const lockstep_beat& beat : list) {
    tree.push_back({{"port", beat.port},
                    {"cycle", beat.cycle},
                    {"address", beat.address},
                    {"count", beat.count},
                    {"stride", beat.stride}});
  }
  return tree;
}

json to_json(const std::optional<std::int64_t>& value) {
  return value ? json(*value) : json();
}

}  // namespace

void write_lockstep(std::ostream& out, const lockstep_result& result) {
  const models::lockstep_counts& compared = result.compared;
  line(out, "lockstep",
       result.block + ", " + name_of(result.level, lockstep_level_names) +
           (result.divergence ? ": DIVERGES after " : ": equal in ") +
           count(compared.commands) + " commands, " + count(compared.cycles) +
           " cycles");
  line(out, "beats seen", listed(compared.beats));
  if (result.divergence) write_divergence(out, *result.divergence);
}

json to_json(const models::lockstep_divergence& found) {
  json tree;
  tree["block"] = found.block;
  tree["command"] = found.command;
  tree["tag"] = found.tag;
  tree["layer"] = found.layer;
  tree["cycle"] = found.cycle;
  tree["refused"] = found.refused;
  tree["start_ps"] = found.start_ps;
  tree["port"] = found.port;
  tree["field"] = found.field;
  tree["expected"] = to_json(found.expected);
  tree["got"] = to_json(found.got);
  tree["what"] = found.what;
  tree["place"] = to_json(found.place);
  tree["expected_beats"] = to_json(found.expected_beats);
  tree["got_beats"] = to_json(found.got_beats);
  return tree;
}

}  // namespace vitvp::platform
