#!/usr/bin/env bash
# A real Slurm of one node on this machine, for tests and for the bench beside it: munge, slurmctld and slurmd, without
# accounting, cgroups or systemd, so that it runs as root in a container.
#
#   bench/slurm/one-node.sh start     installs what is missing (Debian, Ubuntu), configures, starts, waits until it answers
#   bench/slurm/one-node.sh stop      ends the three services
#   bench/slurm/one-node.sh status    what sinfo says; fails where no Slurm answers
#
# It writes /etc/slurm/slurm.conf and keeps a file that was there as slurm.conf.before-glyphscope. A Slurm that answers
# already is left as it is. GLYPHSCOPE_SLURM_CPUS sets the processors of the node (default: all of them).
set -euo pipefail

conf=/etc/slurm/slurm.conf
state=/var/lib/slurm/one-node
mark='# Written by bench/slurm/one-node.sh'

answers() { command -v sinfo >/dev/null && timeout 10 sinfo --noheader >/dev/null 2>&1; }

install_missing() {
  if command -v sbatch >/dev/null && command -v slurmctld >/dev/null && command -v slurmd >/dev/null && command -v munged >/dev/null; then return; fi
  command -v apt-get >/dev/null || { echo "Slurm and munge are not installed, and this is no Debian: install slurmctld, slurmd, the client programs and munge." >&2; exit 1; }
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slurm-wlm munge >/dev/null
}

configure() {
  local cpus memory
  cpus=${GLYPHSCOPE_SLURM_CPUS:-$(nproc)}
  memory=$(awk '/MemTotal/ { print int($2 / 1024 * 0.9) }' /proc/meminfo)
  mkdir -p /etc/slurm "$state/ctld" "$state/d"
  if [ -f "$conf" ] && ! grep -qF "$mark" "$conf"; then mv "$conf" "$conf.before-glyphscope"; fi
  cat > "$conf" <<CONF
$mark
ClusterName=one
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
StateSaveLocation=$state/ctld
SlurmdSpoolDir=$state/d
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
SlurmctldLogFile=$state/slurmctld.log
SlurmdLogFile=$state/slurmd.log
ReturnToService=2
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=256
SchedulerParameters=sched_interval=2,bf_interval=2
JobRequeue=1
PropagatePrioProcess=1
KillWait=10
MinJobAge=300
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$memory State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
}

start_munge() {
  if munge -n >/dev/null 2>&1; then return; fi
  mkdir -p /run/munge /var/log/munge /var/lib/munge /etc/munge
  if [ ! -s /etc/munge/munge.key ]; then dd if=/dev/urandom of=/etc/munge/munge.key bs=1024 count=1 status=none; fi
  chown -R munge: /run/munge /var/log/munge /var/lib/munge /etc/munge
  chmod 0755 /run/munge
  chmod 0400 /etc/munge/munge.key
  setpriv --reuid=munge --regid=munge --clear-groups munged
}

# What `stop` ends are the processes of these files only.
running() { [ -f "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

start() {
  if answers; then echo "A Slurm answers here already:"; sinfo; return; fi
  [ "$(id -u)" = 0 ] || { echo "Run this as root." >&2; exit 1; }
  install_missing
  configure
  start_munge
  running "$state/slurmctld.pid" || slurmctld
  running "$state/slurmd.pid" || slurmd
  for _ in $(seq 60); do
    if answers && sinfo --noheader --format=%T | grep -qx idle; then sinfo; return; fi
    sleep 0.5
  done
  echo "Slurm did not come up; its logs are in $state:" >&2
  tail -n 5 "$state"/*.log >&2
  exit 1
}

stop() {
  for name in slurmd slurmctld; do
    if running "$state/$name.pid"; then kill "$(cat "$state/$name.pid")"; fi
  done
  for _ in $(seq 40); do
    if ! running "$state/slurmd.pid" && ! running "$state/slurmctld.pid"; then break; fi
    sleep 0.25
  done
  if [ -f /run/munge/munged.pid ] && grep -qF "$mark" "$conf" 2>/dev/null; then kill "$(cat /run/munge/munged.pid)" 2>/dev/null || true; fi
  echo "Stopped."
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  status) answers && sinfo ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
