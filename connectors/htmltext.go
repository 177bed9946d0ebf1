package connectors

import "github.com/dailyminutes/minutes/connectors/htmltext"

// HTMLText is the text of s that a reader of the page would see: hidden text, scripts, images and
// comments are left out, blocks become lines, list entries begin with "- " or a number. It is cut
// at about max bytes; 0 means all. Call it inside a Parser: s is from outside. The result still
// has to go through minutes.Clean.
func HTMLText(s string, max int) string { return htmltext.Text(s, max) }
