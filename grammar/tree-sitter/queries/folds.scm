[(block) (facts) (requests) (labels) (port_list) (several)] @fold
