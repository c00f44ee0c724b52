// Stands in for `drivelist`, which would need a compiler: lists no drives.
'use strict';
exports.list = () => Promise.resolve([]);
