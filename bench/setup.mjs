// Installs PyTorch and avalanche-lib, which the benchmarks compare with, into bench/.venv: node bench/setup.mjs
// Nothing happens when what requirements.txt asks for is there.
import { setUp } from '../scripts/virtualEnvironment.mjs';
import { requirements, venv } from './processes.mjs';

setUp(venv, requirements);
