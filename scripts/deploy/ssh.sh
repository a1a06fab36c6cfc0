# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# One ssh connection to the robot, and root on it. Sourced by deploy-to-jetson.sh, which sets TARGET,
# PORT, KEY and WORK (a private folder of its own). Secrets travel through standard input only.

REMOTE='' # folder on the robot with the scripts that run there as root
SUDO=''   # root, free (no password) or password
SUDO_PASSWORD=''

ssh_options() {
  local extra
  SSH=(ssh -p "$PORT" -o ControlPath="$WORK/ssh" -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3)
  [ -z "$KEY" ] || SSH+=(-i "$KEY" -o IdentitiesOnly=yes)
  # Nobody there who could answer a question: fail instead of waiting.
  [ -t 0 ] || SSH+=(-o BatchMode=yes)
  read -r -a extra <<<"${DEPLOY_SSH_OPTIONS:-}"
  SSH+=("${extra[@]}")
}

connect() {
  ssh_options
  local status=0
  # Not -f: the master must end with this script however that ends.
  "${SSH[@]}" -o ControlMaster=yes -o ControlPersist=60 "$TARGET" true 2>"$WORK/ssh.err" || status=$?
  if [ "$status" -ne 0 ]; then
    sed 's/^/  ssh: /' "$WORK/ssh.err" >&2
    if grep -q 'Permission denied' "$WORK/ssh.err"; then
      die_with 3 "$TARGET does not accept this key or user. Install your key with: ssh-copy-id -p $PORT $TARGET"
    elif grep -q 'verification failed' "$WORK/ssh.err"; then
      die_with 3 "the robot's host key is not known here. Look at it once with: ssh -p $PORT $TARGET"
    fi
    die_with 3 "no connection to $TARGET, port $PORT"
  fi
}

disconnect() {
  [ -S "$WORK/ssh" ] || return 0
  [ -z "$REMOTE" ] || remote "rm -rf '$REMOTE'" 2>/dev/null || true
  "${SSH[@]}" -O exit "$TARGET" 2>/dev/null || true
}

# remote COMMAND: as the user, with our standard input.
remote() { "${SSH[@]}" -o ControlMaster=no "$TARGET" "$1"; }

# How to become root there; asks for the password once, at the terminal.
find_sudo() {
  if [ "$(remote 'id -u' </dev/null)" = 0 ]; then
    SUDO=root
  elif remote 'sudo -n true' </dev/null 2>/dev/null; then
    SUDO=free
  elif [ -t 0 ]; then
    read -rs -p "password of ${TARGET%%@*} for sudo on the robot: " SUDO_PASSWORD </dev/tty
    say ""
    remote 'sudo -k -S -p "" true' <<<"$SUDO_PASSWORD" 2>/dev/null || return 1
    SUDO=password
  else
    return 1
  fi
}

send_tools() {
  REMOTE=$(remote 'umask 077; mktemp -d /tmp/jetson-deploy.XXXXXXXX' </dev/null)
  [[ $REMOTE == /tmp/jetson-deploy.* ]] || die "the robot has no place for temporary files"
  tar -c -C "$ROOT/scripts/deploy" target.sh health.sh unit.sh | remote "tar -x -C '$REMOTE'"
}

# as_root COMMAND ARGUMENT...: there, with our standard input.
as_root() {
  local command
  command=$(printf '%q ' "$@")
  case $SUDO in
  root) remote "$command" ;;
  free) remote "sudo -n $command" ;;
  password)
    {
      # A builtin: the password is in no process's arguments.
      printf '%s\n' "$SUDO_PASSWORD"
      cat
    } | remote "sudo -k -S -p '' $command"
    ;;
  esac
}

target() { as_root bash "$REMOTE/target.sh" agent "$@"; }
