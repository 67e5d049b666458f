#!/bin/sh
# The main job of WhaleFall with nothing but curl (and sh, sed, tr): sign in, make a personal token, register a server,
# test it, read its accounts and its sizes, classify, look, export, and take away again what was made.
#
#   WHALEFALL_URL          where WhaleFall answers, default http://127.0.0.1:5001
#   WHALEFALL_TOKEN        a personal token of an administrator; or, to have one made and revoked:
#   WHALEFALL_USERNAME, WHALEFALL_PASSWORD
#   TARGET_DB_TYPE         mysql | postgresql | sqlserver | oracle, default postgresql
#   TARGET_HOST, TARGET_PORT, TARGET_USERNAME, TARGET_PASSWORD    the server to watch and a login on it
#   WALK_KEEP=1            leaves credential and instance in place
#
# Any API works this way: `Authorization: Bearer <token>`, no cookie and no CSRF token. A token is made by people in
# the console (user menu → personal tokens) or as below; it cannot make other tokens and never has more rights than its owner.
set -eu

URL=${WHALEFALL_URL:-http://127.0.0.1:5001}
DB_TYPE=${TARGET_DB_TYPE:-postgresql}
: "${TARGET_HOST:?which server is to be watched?}" "${TARGET_PORT:?}" "${TARGET_USERNAME:?}" "${TARGET_PASSWORD:?}"
NAME=curl-walk-$$

# Secrets stay out of the process list: the token goes by a file only we can read, passwords by standard input.
DIR=$(mktemp -d)
chmod 700 "$DIR"
trap 'rm -rf "$DIR"' EXIT

say() { printf '\n== %s\n' "$*"; }
# json_text VALUE: a JSON string.
json_text() { printf '"%s"' "$(printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g')"; }
# call METHOD PATH: the body comes by standard input; anything but 2xx ends the walk with what the server said.
call() {
  status=$(curl -sS -o "$DIR/reply" -w '%{http_code}' -X "$1" -H @"$DIR/headers" --data-binary @- "$URL$2")
  case $status in
    2??) cat "$DIR/reply" ;;
    *) echo "$1 $2 -> $status: $(cat "$DIR/reply")" >&2; exit 1 ;;
  esac
}
get() { call GET "$1" </dev/null; }
# field NAME: the first value of that name in the JSON on standard input.
field() { tr ',{}[]' '\n\n\n\n\n' | sed -n "s/^ *\"$1\" *: *\"\{0,1\}\([^\"]*\)\"\{0,1\} *$/\1/p" | sed -n 1p; }

printf 'Content-Type: application/json\nAccept-Language: en\n' >"$DIR/headers"
TOKEN_ID=
if [ -z "${WHALEFALL_TOKEN:-}" ]; then
  say "Signing in and making a personal token"
  ACCESS=$(printf '{"username":%s,"password":%s}' "$(json_text "$WHALEFALL_USERNAME")" "$(json_text "$WHALEFALL_PASSWORD")" |
    call POST /auth/api/login | field access_token)
  printf 'Authorization: Bearer %s\n' "$ACCESS" >>"$DIR/headers"
  printf '{"name":"%s","expires_in_days":1}' "$NAME" | call POST /users/api/tokens >"$DIR/token"
  WHALEFALL_TOKEN=$(field token <"$DIR/token")
  TOKEN_ID=$(field id <"$DIR/token")
fi
printf 'Content-Type: application/json\nAccept-Language: en\nAuthorization: Bearer %s\n' "$WHALEFALL_TOKEN" >"$DIR/headers"
echo "signed in as $(get /auth/api/me | field username)"

say "A credential and an instance"
CREDENTIAL=$(printf '{"name":"%s","credential_type":"database","db_type":"%s","username":%s,"password":%s}' \
  "$NAME" "$DB_TYPE" "$(json_text "$TARGET_USERNAME")" "$(json_text "$TARGET_PASSWORD")" |
  call POST /credentials/api/create | field id)
INSTANCE=$(printf '{"name":"%s","db_type":"%s","host":%s,"port":%s,"credential_id":%s}' \
  "$NAME" "$DB_TYPE" "$(json_text "$TARGET_HOST")" "$TARGET_PORT" "$CREDENTIAL" |
  call POST /instances/api/create | field id)
echo "credential $CREDENTIAL, instance $INSTANCE"

say "Testing the connection"
TEST=$(printf '{"instance_id":%s}' "$INSTANCE" | call POST /connections/api/test)
[ "$(echo "$TEST" | sed -n 's/.*"result":{"success":\(true\|false\).*/\1/p')" = true ] || { echo "$TEST" >&2; exit 1; }
echo "version $(echo "$TEST" | field main_version)"

say "Reading the accounts"
SYNC=$(echo '{}' | call POST "/accounts/sync/api/instances/$INSTANCE/sync")
echo "$(echo "$SYNC" | field synced_count) accounts, session $(echo "$SYNC" | field session_id)"
LEDGER=$(get "/account/api/accounts?instance_id=$INSTANCE&limit=5")
ACCOUNT=$(echo "$LEDGER" | field id)
echo "in the ledger: $(echo "$LEDGER" | field total), the first is $(echo "$LEDGER" | field username)"
get "/account/api/$ACCOUNT/permissions" >"$DIR/permissions"
echo "it has $(tr '{' '\n' <"$DIR/permissions" | grep -c '"via":') privileges in effect"

say "Reading the sizes"
SIZES=$(echo '{}' | call POST "/databases/api/instances/$INSTANCE/sync-capacity")
echo "$(echo "$SIZES" | field database_count) databases, $(echo "$SIZES" | field total_size_mb) MB"
get "/instances/api/databases/$INSTANCE/sizes?latest_only=true" | tr '{' '\n' |
  sed -n 's/.*"database_name":"\([^"]*\)","size_mb":\([0-9]*\).*/\1: \2 MB/p'

say "Classifying, and waiting for the end of the session"
SESSION=$(printf '{"instance_id":%s}' "$INSTANCE" | call POST /accounts/classifications/api/auto-classify | field session_id)
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  STATE=$(get "/history/sessions/api/sessions/$SESSION" | field status)
  [ "$STATE" = running ] || break
  sleep 1
done
echo "session $SESSION: $STATE"
[ "$STATE" = completed ]
echo "assignments: $(get "/accounts/classifications/api/assignments?instance_id=$INSTANCE&limit=1" | field total)"

say "Looking around"
echo "sessions of this instance: $(get "/history/sessions/api/sessions?instance_id=$INSTANCE" | field total)"
echo "log rows of the last hour: $(get '/history/logs/api/search?hours=1&limit=1' | field total)"
echo "audit events of this instance: $(get "/admin/api/audit?resource=instance&resource_id=$INSTANCE" | field total)"
echo "instances in the overview: $(get /dashboard/api/overview | sed -n 's/.*"instances":{"total":\([0-9]*\).*/\1/p')"

say "Exporting the ledger as CSV"
get "/files/api/account-export?instance_id=$INSTANCE&lang=en" >"$DIR/accounts.csv"
sed -n 1,3p "$DIR/accounts.csv"
echo "… $(($(wc -l <"$DIR/accounts.csv") - 1)) rows"

if [ -z "${WALK_KEEP:-}" ]; then
  say "Taking away what was made"
  echo '{}' | call POST "/instances/api/$INSTANCE/delete" >/dev/null
  echo '{}' | call POST "/credentials/api/credentials/$CREDENTIAL/delete" >/dev/null
  echo "instance and credential are gone"
fi
[ -z "$TOKEN_ID" ] || { call DELETE "/users/api/tokens/$TOKEN_ID" </dev/null >/dev/null; echo "the token is revoked"; }
printf '\ndone\n'
