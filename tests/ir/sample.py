"""A small sound IR as text, which tests change in one place and expect to be refused."""

import numpy as np

WEIGHTS = np.array([1, 2, 3], "<f4").tobytes() + bytes(52) + np.array([0, 1], "<i8").tobytes()

XML = """<?xml version="1.0"?>
<net name="sample" version="11">
	<layers>
		<layer id="0" name="x" type="Parameter" version="opset1">
			<data shape="2,3" element_type="f32" />
			<output>
				<port id="0" precision="FP32" names="x"><dim>2</dim><dim>3</dim></port>
			</output>
		</layer>
		<layer id="1" name="bias" type="Const" version="opset1">
			<data element_type="f32" shape="3" offset="0" size="12" />
			<output>
				<port id="0" precision="FP32"><dim>3</dim></port>
			</output>
		</layer>
		<layer id="2" name="sum" type="Add" version="opset1">
			<data auto_broadcast="numpy" />
			<input>
				<port id="0" precision="FP32"><dim>2</dim><dim>3</dim></port>
				<port id="1" precision="FP32"><dim>3</dim></port>
			</input>
			<output>
				<port id="2" precision="FP32"><dim>2</dim><dim>3</dim></port>
			</output>
		</layer>
		<layer id="3" name="cut" type="Clamp" version="opset1">
			<data min="0" max="6.5" />
			<input>
				<port id="0" precision="FP32"><dim>2</dim><dim>3</dim></port>
			</input>
			<output>
				<port id="1" precision="FP32" names="y"><dim>2</dim><dim>3</dim></port>
			</output>
		</layer>
		<layer id="4" name="y" type="Result" version="opset1">
			<input>
				<port id="0" precision="FP32"><dim>2</dim><dim>3</dim></port>
			</input>
		</layer>
	</layers>
	<edges>
		<edge from-layer="0" from-port="0" to-layer="2" to-port="0" />
		<edge from-layer="1" from-port="0" to-layer="2" to-port="1" />
		<edge from-layer="2" from-port="2" to-layer="3" to-port="0" />
		<edge from-layer="3" from-port="1" to-layer="4" to-port="0" />
	</edges>
	<rt_info />
</net>
"""

IF_XML = """<?xml version="1.0"?>
<net name="branches" version="11">
	<layers>
		<layer id="0" name="c" type="Parameter" version="opset1">
			<data shape="" element_type="boolean" />
			<output><port id="0" precision="BOOL" names="c" /></output>
		</layer>
		<layer id="1" name="a" type="Parameter" version="opset1">
			<data shape="2" element_type="f32" />
			<output><port id="0" precision="FP32" names="a"><dim>2</dim></port></output>
		</layer>
		<layer id="2" name="b" type="Parameter" version="opset1">
			<data shape="2" element_type="f32" />
			<output><port id="0" precision="FP32" names="b"><dim>2</dim></port></output>
		</layer>
		<layer id="3" name="choice" type="If" version="opset8">
			<then_port_map>
				<input external_port_id="1" internal_layer_id="0" />
				<output external_port_id="3" internal_layer_id="1" />
			</then_port_map>
			<else_port_map>
				<input external_port_id="2" internal_layer_id="7" />
				<output external_port_id="3" internal_layer_id="9" />
			</else_port_map>
			<input>
				<port id="0" precision="BOOL" />
				<port id="1" precision="FP32"><dim>2</dim></port>
				<port id="2" precision="FP32"><dim>2</dim></port>
			</input>
			<output><port id="3" precision="FP32" names="y"><dim>2</dim></port></output>
			<then_body>
				<layers>
					<layer id="0" name="p" type="Parameter" version="opset1">
						<data shape="2" element_type="f32" />
						<output><port id="0" precision="FP32"><dim>2</dim></port></output>
					</layer>
					<layer id="1" name="r" type="Result" version="opset1">
						<input><port id="0" precision="FP32"><dim>2</dim></port></input>
					</layer>
				</layers>
				<edges><edge from-layer="0" from-port="0" to-layer="1" to-port="0" /></edges>
			</then_body>
			<else_body>
				<layers>
					<layer id="7" name="p" type="Parameter" version="opset1">
						<data shape="2" element_type="f32" />
						<output><port id="0" precision="FP32"><dim>2</dim></port></output>
					</layer>
					<layer id="8" name="flip" type="Negative" version="opset1">
						<input><port id="0" precision="FP32"><dim>2</dim></port></input>
						<output><port id="1" precision="FP32"><dim>2</dim></port></output>
					</layer>
					<layer id="9" name="r" type="Result" version="opset1">
						<input><port id="0" precision="FP32"><dim>2</dim></port></input>
					</layer>
				</layers>
				<edges>
					<edge from-layer="7" from-port="0" to-layer="8" to-port="0" />
					<edge from-layer="8" from-port="1" to-layer="9" to-port="0" />
				</edges>
			</else_body>
		</layer>
		<layer id="4" name="y" type="Result" version="opset1">
			<input><port id="0" precision="FP32"><dim>2</dim></port></input>
		</layer>
	</layers>
	<edges>
		<edge from-layer="0" from-port="0" to-layer="3" to-port="0" />
		<edge from-layer="1" from-port="0" to-layer="3" to-port="1" />
		<edge from-layer="2" from-port="0" to-layer="3" to-port="2" />
		<edge from-layer="3" from-port="3" to-layer="4" to-port="0" />
	</edges>
</net>
"""


def write_sample(folder, *changes, xml=XML, weights=WEIGHTS):
    """The sample with each (old, new) text replaced, written to ``folder``; the path of the .xml."""
    for old, new in changes:
        assert old in xml, old
        xml = xml.replace(old, new, 1)
    path = folder / "m.xml"
    path.write_text(xml)
    if weights is not None:
        (folder / "m.bin").write_bytes(weights)
    return path
