// Opens OpenVINO IR files with Netron's own reader, without its window: node read_with_netron.mjs NETRON_FOLDER FILE.xml …
// Prints one line of JSON a file: the number of nodes, inputs and outputs that Netron shows, and of constants with data.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, ...files] = process.argv.slice(2);
const load = name => import(pathToFileURL(path.join(folder, name)));
const [openvino, xml] = await Promise.all([load('openvino.js'), load('xml.js')]);
const types = JSON.parse(fs.readFileSync(path.join(folder, 'openvino-metadata.json'), 'utf-8'));
const metadata = { type: name => types.find(type => type.name === name) || { name }, attribute: () => null };

for (const file of files) {
    const context = {
        identifier: path.basename(file),
        type: 'openvino.xml',
        set(type) { this.type = type; return type; },
        async tags() { return new Map([['net', true]]); },
        async read() { return xml.TextReader.open(new Uint8Array(fs.readFileSync(file))).read(); },
        async metadata() { return metadata; },
        async fetch(name) { const bytes = new Uint8Array(fs.readFileSync(path.join(path.dirname(file), name))); return { stream: { peek: () => bytes } }; },
    };
    const factory = new openvino.ModelFactory();
    await factory.match(context);
    const [graph] = (await factory.open(context)).modules;
    const values = graph.nodes.flatMap(node => node.inputs.flatMap(input => input.value));
    const data = values.filter(value => value.initializer && value.initializer.values).length;
    console.log(JSON.stringify({ file, nodes: graph.nodes.length, inputs: graph.inputs.length, outputs: graph.outputs.length, data }));
}
