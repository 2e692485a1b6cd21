using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Schemas;

/// <summary>The objects that SpatiaLite's InitSpatialMetaData and AddGeometryColumn make beside the user's.</summary>
public static class SpatialiteNames
{
    private static readonly HashSet<string> Metadata = new(SqliteNames.Comparer)
    {
        "geometry_columns", "geometry_columns_auth", "geometry_columns_field_infos", "geometry_columns_statistics", "geometry_columns_time",
        "spatial_ref_sys", "spatial_ref_sys_aux", "spatial_ref_sys_all", "geom_cols_ref_sys", "spatialite_history", "sql_statements_log", "data_licenses",
        "views_geometry_columns", "views_geometry_columns_auth", "views_geometry_columns_field_infos", "views_geometry_columns_statistics",
        "virts_geometry_columns", "virts_geometry_columns_auth", "virts_geometry_columns_field_infos", "virts_geometry_columns_statistics",
        "vector_layers", "vector_layers_auth", "vector_layers_field_infos", "vector_layers_statistics", "layer_statistics",
        "SpatialIndex", "ElementaryGeometries", "KNN", "KNN2", "networks", "topologies", "raster_coverages", "vector_coverages",
        "wms_getcapabilities", "wms_getmap", "wms_settings", "wms_ref_sys", "SE_external_graphics", "SE_fonts", "SE_vector_styles", "SE_raster_styles",
        "ISO_metadata", "ISO_metadata_reference", "stored_procedures", "stored_variables",
    };

    private static readonly string[] TriggerPrefixes = ["ggi_", "ggu_", "gii_", "giu_", "gid_", "gti_", "gtu_", "gtd_", "tmi_", "tmu_", "tmd_", "gci_", "gcu_", "gcd_"];

    internal static bool Detect(List<SchemaEntry> entries) =>
        entries.Exists(e => SqliteNames.Same(e.Name, "geometry_columns")) && entries.Exists(e => SqliteNames.Same(e.Name, "spatial_ref_sys"));

    public static bool IsMetadata(string name) => Metadata.Contains(name);

    /// <summary>Whether a trigger is one of those that guard a geometry column or the metadata.</summary>
    public static bool IsOwnTrigger(SourceTrigger trigger) =>
        IsMetadata(trigger.On)
        || TriggerPrefixes.Any(p => trigger.Name.StartsWith(p + trigger.On + "_", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a virtual table is the spatial index of a geometry column.</summary>
    public static bool IsSpatialIndex(SourceVirtualTable table) =>
        table.Name.StartsWith("idx_", StringComparison.OrdinalIgnoreCase) && table.Module.StartsWith("rtree", StringComparison.OrdinalIgnoreCase);
}
