import { Patterns, type RequestName } from './patterns.ts';

/**
 * What a request does. A `read` may be answered from the cache if the configuration says so. After a `write` every answer may be wrong.
 * `passes`: neither (subscriptions, streams, secrets, addresses that expire). `unknown`: not Home Assistant's own, and the name does not
 * tell.
 */
export type RequestKind = 'read' | 'write' | 'passes' | 'unknown';

// Home Assistant 2026.11 has 492 websocket commands, 144 HTTP views and some 150 services with a response. The tests list them by
// kind (tests/js/support/requests.json).

/** First words of the last part of a read's name, such as `list` of `config/area_registry/list_for_display`. */
const READING = words(
  'browse check count explain extract fetch find get has info is list lookup parse query read related search slugify supports ' +
    'try validate',
);
/** Words that mark a write, anywhere in the last part of a name that does not begin with one of the above. */
const WRITING = words(
  'abort accept acknowledge activate add adjust apply approve archive assign attempt backup begin bind buy call cancel capture ' +
    'cast change claim clear close commission complete configure confirm connect continue create deactivate delete depose deny ' +
    'detect disable dismiss download edit enable end erase execute expose finish fire forget grant handle hard ignore import ' +
    'increment install interview invoke join leave load lock mark merge move notify open order pause permit play post postpone ' +
    'power process promote provision purge put rebuild reconfigure refresh register reject reload remove rename reorder replace ' +
    'request resend reset restart restore resume run save scan score send set setup skip snooze start step stop store submit ' +
    'swap sync test toggle transfer trigger turn unbind undo uninstall unlock unprovision unregister update upload write',
);

/** Neither reads nor writes: subscriptions, streams, secrets, and addresses that expire. */
const PASSES = new Patterns([
  'api/HEAD:*',
  'api/OPTIONS:*',
  'api/POST:config/core/check_config',
  'api/POST:tts_get_url',
  'api:auth/*',
  'api:error_log*',
  'api:stream*',
  'ws:*/stream',
  'ws:*_stream',
  'ws:*appkey',
  'ws:*encryption_key',
  'ws:*preview',
  'ws:*subscribe*',
  'ws:*token',
  'ws:*webrtc*',
  'ws:auth/*',
  'ws:backup/can_*',
  'ws:conversation/prepare',
  'ws:integration/wait',
  'ws:matter/ping_node',
  'ws:media_source/resolve_media',
  'ws:mobile_app/push_notification_*',
  'ws:ping',
  'ws:render_template',
  'ws:supervisor/ingress/*session',
  'ws:supported_features',
  'ws:test_condition',
  'ws:thread/discover_routers',
  'ws:web_rtc/*',
]);

/** Reads that the rules for names miss. */
const READS = new Patterns([
  'api/POST:template',
  'api:*',
  'ws:*/capabilities',
  'ws:*/details',
  'ws:*/status',
  'ws:*_during_period',
  'ws:*convertible_units',
  'ws:analytics',
  'ws:application_credentials/config*',
  'ws:blueprint/substitute',
  'ws:cloud/subscription',
  'ws:config_entries/flow/progress',
  'ws:conversation/agent/homeassistant/*',
  'ws:energy/fossil_energy_consumption',
  'ws:energy/solar_forecast',
  'ws:entity/source',
  'ws:http/config',
  'ws:integration/descriptions',
  'ws:integration/setup_info',
  'ws:knx/group_*',
  'ws:lcn/devices',
  'ws:lcn/entities',
  'ws:logger/log_info',
  'ws:lovelace/config',
  'ws:lovelace/resources',
  'ws:marketplace/repositories/removed',
  'ws:marketplace/repository/releases',
  'ws:matter/network_topology',
  'ws:matter/node_diagnostics',
  'ws:mqtt/device/debug_info',
  'ws:network',
  'ws:network/url',
  'ws:sensor/numeric_device_classes',
  'ws:shopping_list/items',
  'ws:trace/contexts',
  'ws:tts/engine/voices',
  'ws:update/release_notes',
  'ws:usage_prediction/common_control',
  'ws:zha/configuration',
  'ws:zha/device',
  'ws:zha/devices',
  'ws:zha/devices/bindable',
  'ws:zha/devices/clusters*',
  'ws:zha/devices/groupable',
  'ws:zha/group',
  'ws:zha/groups',
  'ws:zha/network/settings',
  'ws:zwave_js/data_collection_status',
  'ws:zwave_js/network_*',
  'ws:zwave_js/node_*',
]);

/** Writes that the rules for names miss or take for reads. */
const WRITES = new Patterns([
  'api/*',
  'ws:analytics/preferences',
  'ws:assist_satellite/*',
  'ws:backup/generate*',
  'ws:debug_console/*',
  'ws:hassio/update/*',
  'ws:logger/*',
  'ws:marketplace/*',
  'ws:supervisor/*',
  'ws:zwave_js/*',
]);
const HIDDEN_WRITES = new Patterns(['ws:zwave_js/validate_dsk_and_enter_pin']);

/** Domains whose service names are chosen by users. */
const MADE_UP = new Patterns(
  ['esphome', 'python_script', 'pyscript', 'rest_command', 'script', 'shell_command'].map(
    (domain) => `service:${domain}.*`,
  ),
);

/** `named`: the configuration names the request in full. Its author knows better than a guess. */
export function kindOf(name: RequestName, named = false): RequestKind {
  if (PASSES.matches(name)) return 'passes';
  if (READS.matches(name)) return 'read';
  const byName = MADE_UP.matches(name) ? undefined : toldByWords(name);
  if (byName === 'read' && !HIDDEN_WRITES.includes(name)) return 'read';
  if (byName === 'write' || HIDDEN_WRITES.includes(name) || WRITES.matches(name)) return 'write';
  return named ? 'read' : 'unknown';
}

function toldByWords(name: RequestName): 'read' | 'write' | undefined {
  const [address = ''] = name.split('?');
  const all = (/[^/:.]*$/.exec(address)?.[0] ?? '').split(/[_-]/);
  if (READING.has(all[0] ?? '')) return 'read';
  return all.some((word) => WRITING.has(word)) ? 'write' : undefined;
}

function words(text: string): Set<string> {
  return new Set(text.split(' '));
}
