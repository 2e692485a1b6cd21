namespace Godwit.Documents;

/// <summary>What a YAML document may be at most; more is a finding.</summary>
public static class YamlLimits
{
    public const int Bytes = 4 * 1024 * 1024;

    /// <summary>Mappings and sequences inside each other.</summary>
    public const int Depth = 64;
}
