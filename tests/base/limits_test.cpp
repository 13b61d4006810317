/// What a machine, a container and a scheduler leave to a process.

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "lion/base/cgroup.h"
#include "lion/base/cpus.h"
#include "lion/base/memory.h"

namespace lion {
namespace {
namespace fs = std::filesystem;

constexpr uint64_t kGiB = 1ull << 30;

/// A machine of files: /proc and /sys below a folder of the test.
class Machine : public ::testing::Test {
 protected:
  Machine()
      : root_(fs::temp_directory_path() /
              ("lion-limits-" + std::to_string(::getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(root_);
    write("proc/meminfo", "MemTotal: 33554432 kB\nMemFree: 1024 kB\nMemAvailable: 20971520 kB\n");
  }
  ~Machine() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  uint64_t memory() const { return available_memory(root_); }

  fs::path root_;
};

std::string bytes(uint64_t n) { return std::to_string(n) + "\n"; }

TEST_F(Machine, WithoutGroupsTheSystemsEstimateHolds) { EXPECT_EQ(memory(), 20 * kGiB); }

TEST_F(Machine, WithoutAnyEstimateNothingIsKnown) {
  write("proc/meminfo", "MemTotal: 33554432 kB\n");
  EXPECT_EQ(memory(), UINT64_MAX);
}

TEST_F(Machine, FilePagesOfAContainerAreFree) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/memory.max", bytes(16 * kGiB));
  write("sys/fs/cgroup/memory.current", bytes(15 * kGiB));
  write("sys/fs/cgroup/memory.stat", "anon " + bytes(3 * kGiB) + "file " + bytes(12 * kGiB) +
                                         "inactive_file " + bytes(7 * kGiB) + "active_file " +
                                         bytes(4 * kGiB) + "slab_reclaimable " + bytes(0));
  // 3 GiB of the program and 1 GiB of shared memory, which "file" counts and nothing can drop.
  EXPECT_EQ(memory(), 12 * kGiB);
}

TEST_F(Machine, EveryLevelLimits) {
  write("proc/self/cgroup", "0::/user.slice/job/step\n");
  write("sys/fs/cgroup/user.slice/memory.max", "max\n");
  write("sys/fs/cgroup/user.slice/memory.current", bytes(9 * kGiB));
  write("sys/fs/cgroup/user.slice/job/memory.max", bytes(8 * kGiB));
  write("sys/fs/cgroup/user.slice/job/memory.current", bytes(6 * kGiB));
  write("sys/fs/cgroup/user.slice/job/memory.stat", "inactive_file " + bytes(kGiB));
  write("sys/fs/cgroup/user.slice/job/step/memory.max", bytes(10 * kGiB));
  write("sys/fs/cgroup/user.slice/job/step/memory.current", bytes(kGiB));
  EXPECT_EQ(memory(), 3 * kGiB);
}

TEST_F(Machine, TheLimitAboveWhichAGroupIsSlowedCounts) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/memory.max", "max\n");
  write("sys/fs/cgroup/memory.high", bytes(4 * kGiB));
  write("sys/fs/cgroup/memory.current", bytes(kGiB));
  EXPECT_EQ(memory(), 3 * kGiB);
}

TEST_F(Machine, FirstVersionOfControlGroups) {
  // As in a container: /proc names the path outside, the mount has the container's own group.
  write("proc/self/cgroup", "5:cpu,cpuacct:/docker/12ab\n3:memory:/docker/12ab\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", bytes(8 * kGiB));
  write("sys/fs/cgroup/memory/memory.usage_in_bytes", bytes(7 * kGiB));
  write("sys/fs/cgroup/memory/memory.stat", "inactive_file 0\ntotal_inactive_file " +
                                                bytes(5 * kGiB) + "total_active_file " +
                                                bytes(kGiB));
  EXPECT_EQ(memory(), 7 * kGiB);
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");  // none
  EXPECT_EQ(memory(), 20 * kGiB);
}

TEST_F(Machine, UseAboveTheLimitLeavesNothing) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/memory.max", bytes(kGiB));
  write("sys/fs/cgroup/memory.current", bytes(2 * kGiB));
  EXPECT_EQ(memory(), 0u);
}

TEST_F(Machine, CpuTimeOfAContainerIsRoundedUp) {
  EXPECT_EQ(cpu_quota(root_), 0);
  write("proc/self/cgroup", "0::/a/b\n");
  write("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(cpu_quota(root_), 0);
  write("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  EXPECT_EQ(cpu_quota(root_), 2);
  write("sys/fs/cgroup/cpu.max", "50000 100000\n");
  EXPECT_EQ(cpu_quota(root_), 1);
  EXPECT_EQ(available_cpus(root_), 1);
}

TEST_F(Machine, CpuTimeInTheFirstVersion) {
  write("proc/self/cgroup", "5:cpu,cpuacct:/docker/12ab\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cpu_quota(root_), 0);
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "300000\n");
  EXPECT_EQ(cpu_quota(root_), 3);
}

TEST_F(Machine, AProcessBoundToOneProcessorHasOne) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  int one = 0;
  while (!CPU_ISSET(one, &before)) ++one;
  cpu_set_t single;
  CPU_ZERO(&single);
  CPU_SET(one, &single);
  ASSERT_EQ(::sched_setaffinity(0, sizeof single, &single), 0);
  EXPECT_EQ(available_cpus(root_), 1);
  ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
  EXPECT_EQ(available_cpus(root_), CPU_COUNT(&before));
}

}  // namespace
}  // namespace lion
