#include "platform/reference_ahead.hpp"

#include <chrono>
#include <cstring>
#include <utility>

namespace vitvp::platform {
namespace {

reference_tensor copy_of(const vit::observed_tensor& seen) {
  reference_tensor copy;
  copy.rows = static_cast<std::uint32_t>(seen.rows);
  copy.columns = static_cast<std::uint32_t>(seen.columns);
  copy.element_bytes = static_cast<std::uint32_t>(seen.element_bytes);
  copy.is_signed = seen.is_signed;
  copy.bytes.resize(seen.rows * seen.columns * seen.element_bytes);
  if (!copy.bytes.empty()) {
    std::memcpy(copy.bytes.data(), seen.data, copy.bytes.size());
  }
  return copy;
}

reference_run run(const reference_work& work, std::size_t index) {
  reference_run result;
  vit::tensor_observer observe;
  if (work.keep_tensors) {
    observe = [&result](const vit::observed_tensor& seen) {
      result.tensors[seen.name] = copy_of(seen);
    };
  }
  result.inference =
      vit::classify(work.model, work.policy, work.images.image(index), observe);
  return result;
}

}  // namespace

reference_ahead::reference_ahead(const reference_work& work, unsigned threads)
    : m_work(work), m_threads(threads) {
  while (m_ahead.size() + 1 < m_threads && m_launched < m_work.count) launch();
}

void reference_ahead::launch() {
  const auto policy =
      m_threads > 1 ? std::launch::async : std::launch::deferred;
  const std::size_t index = m_work.first + m_launched;
  m_ahead.push_back(
      std::async(policy, [work = m_work, index] { return run(work, index); }));
  ++m_launched;
}

void reference_ahead::start() {
  if (m_ahead.empty()) launch();
  m_current = std::move(m_ahead.front());
  m_ahead.pop_front();
  if (m_threads == 1) m_current.wait();
}

bool reference_ahead::ready() const {
  return m_current.wait_for(std::chrono::seconds(0)) ==
         std::future_status::ready;
}

reference_run reference_ahead::take() {
  reference_run result = m_current.get();
  if (m_threads > 1 && m_launched < m_work.count) launch();
  return result;
}

}  // namespace vitvp::platform
