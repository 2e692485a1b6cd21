using Godwit.Model.Findings;

namespace Godwit.Documents;

/// <summary>What came of reading a YAML document. <see cref="Root"/> is null when the document is empty or when a finding is an error.</summary>
public sealed record YamlReading(YamlNode? Root, IReadOnlyList<Finding> Findings);
