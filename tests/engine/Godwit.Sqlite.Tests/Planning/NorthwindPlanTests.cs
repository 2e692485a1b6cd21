using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Planning;

namespace Godwit.Sqlite.Tests.Planning;

/// <summary>Northwind, column by column; of its views all go over but the one that adds texts.</summary>
public sealed class NorthwindPlanTests
{
    private static PlanResult Plan()
    {
        using var connection = SqliteConnection.OpenForReading(SampleDatabases.Find("northwind.sqlite"), immutable: true);
        return Planned.Result(connection, new PlanOptions { Accept = [new Acceptance(FindingCodes.ViewNotTranslated, "Invoices")] });
    }

    [Theory]
    [InlineData("Categories", "CategoryID bigint identity, CategoryName text, Description text, Picture bytea")]
    [InlineData("Customers", "CustomerID text not null, CompanyName text, ContactName text, ContactTitle text, Address text, City text, Region text, PostalCode text, Country text, Phone text, Fax text")]
    [InlineData("CustomerDemographics", "CustomerTypeID text not null, CustomerDesc text")]
    [InlineData("CustomerCustomerDemo", "CustomerID text not null, CustomerTypeID text not null")]
    [InlineData("Employees", "EmployeeID bigint identity, LastName text, FirstName text, Title text, TitleOfCourtesy text, BirthDate date, HireDate date, Address text, City text, Region text, PostalCode text, Country text, HomePhone text, Extension text, Photo bytea, Notes text, ReportsTo bigint, PhotoPath text")]
    [InlineData("Regions", "RegionID bigint identity, RegionDescription text not null")]
    [InlineData("Territories", "TerritoryID text not null, TerritoryDescription text not null, RegionID bigint not null")]
    [InlineData("EmployeeTerritories", "EmployeeID bigint not null, TerritoryID text not null")]
    [InlineData("Shippers", "ShipperID bigint identity, CompanyName text not null, Phone text")]
    [InlineData("Orders", "OrderID bigint identity, CustomerID text, EmployeeID bigint, OrderDate timestamp without time zone, RequiredDate timestamp without time zone, ShippedDate timestamp without time zone, ShipVia bigint, Freight numeric, ShipName text, ShipAddress text, ShipCity text, ShipRegion text, ShipPostalCode text, ShipCountry text")]
    [InlineData("Suppliers", "SupplierID bigint identity, CompanyName text not null, ContactName text, ContactTitle text, Address text, City text, Region text, PostalCode text, Country text, Phone text, Fax text, HomePage text")]
    [InlineData("Products", "ProductID bigint identity, ProductName text not null, SupplierID bigint, CategoryID bigint, QuantityPerUnit text, UnitPrice numeric, UnitsInStock bigint, UnitsOnOrder bigint, ReorderLevel bigint, Discontinued text not null")]
    [InlineData("Order Details", "OrderID bigint not null, ProductID bigint not null, UnitPrice numeric not null, Quantity bigint not null, Discount double precision not null")]
    public void Columns_become(string table, string columns) =>
        Assert.Equal(columns, string.Join(", ", Plan().Plan!.Tables.Single(t => t.TargetName == table).Columns.Select(Describe)));

    [Fact]
    public void Only_the_view_that_adds_texts_is_left_behind()
    {
        var result = Plan();
        var left = Assert.Single(result.Plan!.NotMoved);
        Assert.Equal(("view", "Invoices"), (left.Kind, left.Name));
        Assert.Contains("adds texts", left.Reason, StringComparison.Ordinal);
        Assert.Equal(15, result.Plan.Views.Count);
        Assert.Single(result.Findings, f => f.Severity != Severity.Note);
    }

    [Fact]
    public void Without_a_word_from_the_user_that_view_stops_the_move()
    {
        using var connection = SqliteConnection.OpenForReading(SampleDatabases.Find("northwind.sqlite"), immutable: true);
        var result = Planned.Result(connection, new PlanOptions());
        Assert.Null(result.Plan);
        Assert.Equal("Invoices", ((Place.InObject)Assert.Single(result.Findings, f => f.Severity == Severity.Error).Place!).Name);
    }

    [Fact]
    public void Views_stand_after_those_they_read()
    {
        var views = Plan().Plan!.Views.Select(v => v.TargetName).ToList();
        Assert.True(views.IndexOf("Order Subtotals") < views.IndexOf("Sales Totals by Amount"));
        Assert.True(views.IndexOf("Order Details Extended") < views.IndexOf("Sales by Category"));
        Assert.True(views.IndexOf("Product Sales for 1997") < views.IndexOf("Category Sales for 1997"));
    }

    [Fact]
    public void Sequences_checks_defaults_and_keys_go_over()
    {
        var tables = Plan().Plan!.Tables.ToDictionary(t => t.TargetName, StringComparer.Ordinal);
        Assert.Equal((11_077L, 8L), (tables["Orders"].SequenceLast, tables["Categories"].SequenceLast));
        Assert.Equal((3, 4), (tables["Order Details"].Checks.Count, tables["Products"].Checks.Count));
        Assert.Equal(["0", "1", "0::double precision"], tables["Order Details"].Columns.Skip(2).Select(c => c.DefaultSql));
        Assert.Equal("'0'", tables["Products"].Columns[^1].DefaultSql);
        Assert.Equal([0, 1], tables["Order Details"].PrimaryKey!.Columns);
        Assert.Equal(13, tables.Values.Sum(t => t.ForeignKeys.Count));
        Assert.All(tables.Values.SelectMany(t => t.ForeignKeys), k => Assert.True(k.Validate));
    }

    private static string Describe(ColumnPlan column) =>
        $"{column.TargetName} {column.Type}{(column.Identity ? " identity" : column.NotNull ? " not null" : "")}";
}
