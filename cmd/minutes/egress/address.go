package egress

import "net/netip"

// verdict is what an address is. Nameable ones may be reached when the config names the host.
type verdict struct {
	why      string // "" for a public address
	nameable bool
	link     bool // link-local: nameable only as a literal address, since cloud metadata live there
	public   bool // a public address by another way: whoever names the host means it
}

// block is a range that is not the open Internet.
type block struct {
	prefix netip.Prefix
	verdict
}

// blocks are the ranges of the IANA special-purpose registries and the embeddings of IPv4 in IPv6.
// The first that holds an address decides.
func blocks() []block {
	list := func(why string, nameable, link bool, prefixes ...string) []block {
		out := make([]block, len(prefixes))
		for i, p := range prefixes {
			out[i] = block{netip.MustParsePrefix(p), verdict{why: why, nameable: nameable, link: link}}
		}
		return out
	}
	var all []block
	for _, l := range [][]block{
		list("a loopback address", true, false, "127.0.0.0/8", "::1/128"),
		list("a private address", true, false, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
		list("an address inside a provider's network", true, false, "100.64.0.0/10"),
		list("a link-local address", true, true, "169.254.0.0/16", "fe80::/10"),
		list("an address translated to IPv4 (NAT64)", true, false, "64:ff9b:1::/48"),
		list("no address", false, false, "0.0.0.0/8", "::/128"),
		list("a multicast address", false, false, "224.0.0.0/4", "ff00::/8"),
		list("a reserved or broadcast address", false, false, "240.0.0.0/4", "192.0.0.0/24", "192.88.99.0/24", "5f00::/16"),
		list("an address for documentation", false, false, "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
		list("an address for benchmarks", false, false, "198.18.0.0/15", "2001:2::/48"),
		list("an IPv4 address in IPv6's clothes (6to4, Teredo)", false, false, "2002::/16", "2001::/32", "::/96", "::ffff:0:0:0/96"),
		list("a special address", false, false, "2001::/23", "100::/64"),
		list("a site-local address", false, false, "fec0::/10"),
	} {
		all = append(all, l...)
	}
	return all
}

// classify says what ip is; the zero verdict is an address of the open Internet.
func classify(blocks []block, ip netip.Addr) verdict {
	if !ip.IsValid() {
		return verdict{why: "no address"}
	}
	ip = ip.WithZone("").Unmap()
	if b := ip.As16(); netip.MustParsePrefix("64:ff9b::/96").Contains(ip) { // a network without IPv4 reaches it so
		v4 := classify(blocks, netip.AddrFrom4([4]byte(b[12:])))
		return verdict{why: "an address translated to IPv4 (NAT64)", nameable: v4.why == "", public: v4.why == ""}
	}
	for _, b := range blocks {
		if b.prefix.Contains(ip) {
			return b.verdict
		}
	}
	if ip.Is6() && !netip.MustParsePrefix("2000::/3").Contains(ip) {
		return verdict{why: "an address that is not assigned"}
	}
	return verdict{}
}
