using System.Text.Json.Nodes;
using Godwit.Model.Findings;

namespace Godwit.Documents.Shapes;

/// <summary>What came of reading a document by its shape.</summary>
/// <param name="Value">
/// The normal form, defaults filled in; what could not be read is left out of it, so that later checks can tell what else is wrong. Null when nothing could
/// be read. Texts, words, fractions, lengths of time and plain values are strings as they were written; files are paths relative to the folder;
/// whole numbers and flags are JSON's.
/// </param>
/// <param name="Places">The place of every value by its JSON pointer (RFC 6901); a default's is that of the mapping it was filled into.</param>
/// <param name="Findings">In the order of the document.</param>
public sealed record ShapeReading(JsonNode? Value, IReadOnlyDictionary<string, Place.InFile> Places, IReadOnlyList<Finding> Findings);

/// <summary>What is being read: where its files are, and by which codes its findings go.</summary>
/// <param name="Path">The document, as findings name it.</param>
/// <param name="Folder">The folder that its files may not leave.</param>
/// <param name="Below">The document's own folder within that one, in normal form; empty when it is the same.</param>
public sealed record ShapeSource(string Path, DocumentFolder Folder, string Below, ShapeCodes Codes);

/// <param name="Wrong">A value is not what its shape says.</param>
/// <param name="Unknown">A key that the shape does not have.</param>
/// <param name="Missing">A key that must be there.</param>
/// <param name="NoFile">A file that is not there.</param>
/// <param name="Outside">A path that leads out of the folder.</param>
public sealed record ShapeCodes(FindingCode Wrong, FindingCode Unknown, FindingCode Missing, FindingCode NoFile, FindingCode Outside);
