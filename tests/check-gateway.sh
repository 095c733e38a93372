#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The curl lines of README.md are run as they stand there, against the built
# examples/gateway: each answer and each notification is looked at, then the
# gateway is told to end. The lines are those of the section "Over HTTP" in
# blocks of ```sh; the ports are replaced. The gateway prints the same lines.
#
# Nothing sleeps: what the gateway prints is waited for. Exit 77 without the
# gateway, or without curl.

: "${top_srcdir:=.}" "${top_builddir:=.}"
readme=$(cd "$top_srcdir" && pwd)/README.md
prompts=$(cd "$top_srcdir" && pwd)/examples/prompts
gateway=$(cd "$top_builddir" && pwd)/examples/gateway
[ -x "$gateway" ] || { echo "no examples/gateway"; exit 77; }
command -v curl >/dev/null 2>&1 || { echo "no curl"; exit 77; }
limit=
! command -v timeout >/dev/null 2>&1 || limit='timeout -k 10 300'

t=$(mktemp -d) || exit 99
pid=
trap '[ ! "$pid" ] || { kill $pid; wait $pid; }; rm -rf "$t"' 0
trap 'exit 1' 1 2 15
cd "$t" || exit 99
mkfifo lines || exit 99

# Nobody's own settings for curl.
printf 'max-time = 120\nnoproxy = "*"\n' >.curlrc
CURL_HOME=$t
export CURL_HOME

die()
{
	echo "failed: $*"
	echo "--- the gateway printed"
	cat printed
	exit 1
}

# Reads what the gateway prints up to a line of this pattern: $line.
await()
{
	while IFS= read -r line <&3; do
		printf '%s\n' "$line" >>printed
		# shellcheck disable=SC2254 # it is a pattern
		case $line in $1) return ;; esac
	done
	die "it ended before \"$1\""
}

# Runs part n of README.md in this shell, so that its variables stay.
run()
{
	echo "--- part $1"
	# shellcheck disable=SC1090 # of README.md
	. "./part$1" >out 2>err || { cat out err; die "part $1"; }
	tr -d '\r' <out >answer
	cat answer
}

has() { grep -q -e "$1" answer || die "no \"$1\" in the answer"; }

# --- start --------------------------------------------------------------------

: >printed
$limit "$gateway" --port 0 --receiver-port 0 --prompts "$prompts" \
	--out recordings >lines 2>err.gateway &
pid=$!
exec 3<lines
await 'gateway on *'
port=${line#gateway on http://127.0.0.1:}
keys=${line##*:}
port=${port%%,*}
await 'Ctrl-C ends it.*'

sed "s/:8080/:$port/g; s/:8081/:$keys/g" "$readme" | awk '
	/^## / { inside = $0 == "## Over HTTP" }
	/^```/ { if (shell) close(part); shell = inside && $0 == "```sh"
		if (shell) part = "part" ++n
		next }
	shell { print >part }'
# shellcheck disable=SC2012 # part1, part2 ...
[ "$(ls part* | wc -l)" -eq 8 ] || die "README.md has not the 8 parts it had"
for n in 1 2 3 4 5 6 7 8; do
	[ $n = 1 ] || echo
	cat part$n
done >parts
sed -n '/^api=/,/^curl -i -X DELETE/p' printed >shown
diff parts shown || die "README.md and what the gateway says differ"

# --- the parts ------------------------------------------------------------------

run 1
has '^HTTP/1.1 200 '
has "^Location: http://127.0.0.1:$port/v1.0/communications/calls/0.*1/operations/"
has '^X-Ivrq-Receipt: ahead=0$'
has '"status":"running","clientContext":"hello"'
await 'call 1  told: playPrompt hello completed, 200/0 *'

run 2
has '^HTTP/1.1 200 '
has '#microsoft.graph.recordOperation'
await 'call 1  the caller has spoken'

run 3
has '^caller 1 pressed #$'
await 'call 1  told: recordResponse name completed, 200/8514 *'

run 4
# The words are in it as they were said, after a tick of silence.
tail -c +45 "$prompts/caller.wav" >words
tail -c +685 name.wav | head -c "$(wc -c <words)" | cmp - words ||
	die "name.wav is not what the caller said"

run 5
has '^HTTP/1.1 200 '
has '"status":"completed"'
has '^caller 1 pressed 5$'
await 'call 1  told: tone 5, sequenceId 2'

# What has ended before the cancel came is not in its receipt.
run 6
has '^HTTP/1.1 200 '
counts=$(sed -n 's/^X-Ivrq-Receipt: in-flight=\([01]\), pending=\([0-2]\)$/\1 + \2/p' \
	answer)
[ "$counts" ] || die "no receipt"
for name in menu parcel goodbye; do
	await "call 1  told: playPrompt $name *"
done
# shellcheck disable=SC2004 # it is a sum, not a variable
[ "$(grep -c 'told: playPrompt .* failed, 400/8508 ' printed)" = $(($counts)) ] ||
	die "the receipt says $counts"

run 7
has '"clientContext":"hello"'
has '^ivrq_operations_submitted_total 5$'
has '^ivrq_operations_live 0$'

run 8
has '^HTTP/1.1 204 '
await 'call 1  told: terminating'
await 'call 1  told: terminated, 200/7000 *'

# --- besides ----------------------------------------------------------------------

curl -s -X POST "http://127.0.0.1:$keys/calls/2/hang-up" >answer
has '^caller 2 hung up$'
await 'call 2  told: terminated, 200/4097 *'
for path in 1/press/5 2/hang-up; do
	curl -s -o out -w '%{http_code}\n' -X POST \
		"http://127.0.0.1:$keys/calls/$path" >answer
	has '^409$'
done
for path in 3/press/5 1/press/x 1/press/55 1/; do
	curl -s -o out -w '%{http_code}\n' -X POST \
		"http://127.0.0.1:$keys/calls/$path" >answer
	has '^404$'
done

# --- the end ----------------------------------------------------------------------

kill -TERM $pid
while IFS= read -r line <&3; do printf '%s\n' "$line" >>printed; done
wait $pid
status=$?
pid=
cat err.gateway
[ $status = 0 ] || die "its exit status is $status"
[ ! -s err.gateway ] || die "it complained"
[ ! "$(ls recordings)" ] || die "recordings are left"
cat printed
