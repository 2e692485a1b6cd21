using Godwit.Model.Findings;
using Godwit.Model.Moves;

namespace Godwit.Engine.Mapping;

/// <summary>What came of reading a mapping file. <see cref="Map"/> holds what could be understood; with an error among the findings it is not to be followed.</summary>
public sealed record MapFileReading(MapFile Map, IReadOnlyList<Finding> Findings);
