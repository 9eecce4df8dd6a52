// Is an answer Countersign's own, or that of a proxy in between? Its own carries the header `Countersign`.
const isOurs = (xhr) => Boolean(xhr?.status) && xhr.getResponseHeader("Countersign") !== null;
