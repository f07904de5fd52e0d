#include "platform/report_progress.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "platform/report_text.hpp"

namespace vitvp::platform {
namespace {

using namespace std::chrono_literals;

constexpr auto terminal_period = 100ms;
constexpr auto terminal_patience = 500ms;  // before anything is shown
constexpr auto log_period = 5s;

// "[#####---------------] ", as far as the images are.
std::string bar(const run_progress& progress) {
  constexpr std::size_t width = 20;
  const std::size_t total = std::max<std::size_t>(progress.images_total, 1);
  const std::size_t done =
      std::min(progress.images_done, total) * width / total;
  return "[" + std::string(done, '#') + std::string(width - done, '-') + "] ";
}

}  // namespace

progress_meter::progress_meter(std::ostream& out, bool is_terminal,
                               std::function<clock::time_point()> now)
    : m_out(out),
      m_is_terminal(is_terminal),
      m_now(std::move(now)),
      m_start(m_now()),
      m_next(m_start) {
  m_next += is_terminal ? clock::duration(terminal_patience) : log_period;
}

std::string progress_meter::describe(const run_progress& progress,
                                     clock::duration elapsed) const {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  char time[64];
  std::snprintf(time, sizeof time, ", %.0f s", seconds);
  std::string text = std::to_string(progress.images_done) + " of " +
                     std::to_string(progress.images_total) + " images";
  if (!progress.layer.empty()) text += ", " + progress.layer;
  if (progress.cycles != 0) {
    text += ", cycle " + human(static_cast<double>(progress.cycles));
  }
  text += time;
  if (progress.images_done > 0 &&
      progress.images_done < progress.images_total) {
    const auto done = static_cast<double>(progress.images_done);
    const auto total = static_cast<double>(progress.images_total);
    std::snprintf(time, sizeof time, ", %.0f s left",
                  seconds * (total - done) / done);
    text += time;
  }
  return text;
}

void progress_meter::update(const run_progress& progress) {
  const clock::time_point now = m_now();
  if (now < m_next) return;
  m_next = now;
  m_next += m_is_terminal ? clock::duration(terminal_period) : log_period;
  const std::string text = describe(progress, now - m_start);
  if (m_is_terminal) {
    m_out << "\r" << bar(progress) << text << "\x1b[K" << std::flush;
    m_is_shown = true;
  } else {
    m_out << text << std::endl;
  }
}

void progress_meter::hide() {
  if (!m_is_shown) return;
  m_out << "\r\x1b[K" << std::flush;
  m_is_shown = false;
}

beside_progress::int_type beside_progress::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) {
    return traits_type::not_eof(c);
  }
  m_meter.hide();
  m_to.put(traits_type::to_char_type(c));
  return m_to ? c : traits_type::eof();
}

std::streamsize beside_progress::xsputn(const char* text,
                                        std::streamsize size) {
  m_meter.hide();
  m_to.write(text, size);
  return m_to ? size : 0;
}

int beside_progress::sync() {
  m_to.flush();
  return m_to ? 0 : -1;
}

}  // namespace vitvp::platform
