#!/bin/sh
# The programs that tests need beside the packages of requirements.lock. Looks for each, installs what is missing where it
# may (Debian or a relative, as root or by `sudo` without a password), and else says what is missing and how to get it.
set -eu

missing=
need() { # what it is for | the Debian package that brings it | how it is found
  sh -c "$3" >/dev/null 2>&1 || { missing="$missing $2"; reasons="${reasons-}Missing: $1 (on Debian the package $2)
"; }
}

look() {
  missing= reasons=
  need "venv and ensurepip of Python, for the virtual environment" python3-venv '[ -e .venv/bin/python ] || "${PYTHON:-python3}" -c "import ensurepip, venv"'
  need "Prometheus and promtool, which say whether alerts fire" prometheus 'command -v prometheus && command -v promtool'
  need "Alertmanager and amtool, by which they arrive" prometheus-alertmanager '{ command -v alertmanager || command -v prometheus-alertmanager; } && command -v amtool'
  need "nginx, the door of docker-compose.yml" nginx 'command -v nginx || [ -x /usr/sbin/nginx ]'
  need "wget, by which that door is asked for its health" wget 'command -v wget'
  need "libfaketime, for clocks that are set" libfaketime 'ls /usr/lib/*/faketime /usr/lib/faketime /usr/lib64/faketime /usr/local/lib/faketime | grep libfaketime'
  need "Chromium, which opens the pages" chromium 'command -v chromium'
  need "ChromeDriver, by which tests lead it" chromium-driver 'command -v chromedriver'
  need "Chinese fonts for pages and pictures" fonts-noto-cjk 'ls /usr/share/fonts/opentype/noto/*CJK* /usr/share/fonts/*/*CJK* || fc-list :lang=zh family | grep .'
}

stop() {
  printf '%s' "$reasons"
  echo "$1"
  exit 1
}

look
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null || stop "This is no Debian machine, so nothing was installed: install these with what it has, and run it again."
if [ "$(id -u)" != 0 ]; then
  if sudo -n true 2>/dev/null; then
    exec sudo -n PYTHON="${PYTHON:-python3}" "$0"
  fi
  stop "Nothing was installed, for that takes root: sudo $0 (it installs$missing, and starts none of their services)"
fi

# The packages bring services (a Prometheus server, nginx): forbid their start while installing, as a build of an image does.
policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d}
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# shellcheck disable=SC2086 - a list of names
if ! { apt-get update && apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 20 "$log"
  stop "These Debian packages could not be installed:$missing"
fi
rm -f "$log"
echo "Installed:$missing"
look
[ -z "$missing" ] || stop "These packages are installed, and what they should bring was not found."
