// Plain old JavaScript on purpose: it has to run on the very versions it turns away.
var MINIMUM = [20, 19];

var parts = process.versions.node.split('.').map(Number);
var supported = parts[0] > MINIMUM[0] || (parts[0] === MINIMUM[0] && parts[1] >= MINIMUM[1]);
if (!supported) {
  console.error(
    'Riwayat needs Node ' +
      MINIMUM.join('.') +
      ' or newer; this is Node ' +
      process.versions.node +
      '. Install a current version and try again.',
  );
  process.exit(1);
}
