namespace Godwit.Sqlite.Tests.Choosing;

/// <summary>What every column of Northwind becomes: column, type, the length that a CHECK may hold, how its values go over.</summary>
internal static class NorthwindTypes
{
    public const string Expected =
        """
        Categories
            CategoryID: bigint by Integer
            CategoryName: text by Text
            Description: text by Text
            Picture: bytea by Blob
        CustomerCustomerDemo
            CustomerID: text by Text
            CustomerTypeID: text by Text
        CustomerDemographics
            CustomerTypeID: text by Text
            CustomerDesc: text by Text
        Customers
            CustomerID: text by Text
            CompanyName: text by Text
            ContactName: text by Text
            ContactTitle: text by Text
            Address: text by Text
            City: text by Text
            Region: text by Text
            PostalCode: text by Text
            Country: text by Text
            Phone: text by Text
            Fax: text by Text
        EmployeeTerritories
            EmployeeID: bigint by Integer
            TerritoryID: text by Text
        Employees
            EmployeeID: bigint by Integer
            LastName: text by Text
            FirstName: text by Text
            Title: text by Text
            TitleOfCourtesy: text by Text
            BirthDate: date by DateText
            HireDate: date by DateText
            Address: text by Text
            City: text by Text
            Region: text by Text
            PostalCode: text by Text
            Country: text by Text
            HomePhone: text by Text
            Extension: text by Text
            Photo: bytea by Blob
            Notes: text by Text
            ReportsTo: bigint by Integer
            PhotoPath: text by Text
        Order Details
            OrderID: bigint by Integer
            ProductID: bigint by Integer
            UnitPrice: numeric by Number
            Quantity: bigint by Integer
            Discount: double precision by Real
        Orders
            OrderID: bigint by Integer
            CustomerID: text by Text
            EmployeeID: bigint by Integer
            OrderDate: timestamp without time zone by TimestampText Three
            RequiredDate: timestamp without time zone by TimestampText Three
            ShippedDate: timestamp without time zone by TimestampText Three
            ShipVia: bigint by Integer
            Freight: numeric by Number
            ShipName: text by Text
            ShipAddress: text by Text
            ShipCity: text by Text
            ShipRegion: text by Text
            ShipPostalCode: text by Text
            ShipCountry: text by Text
        Products
            ProductID: bigint by Integer
            ProductName: text by Text
            SupplierID: bigint by Integer
            CategoryID: bigint by Integer
            QuantityPerUnit: text by Text
            UnitPrice: numeric by Number
            UnitsInStock: bigint by Integer
            UnitsOnOrder: bigint by Integer
            ReorderLevel: bigint by Integer
            Discontinued: text by Text
        Regions
            RegionID: bigint by Integer
            RegionDescription: text by Text
        Shippers
            ShipperID: bigint by Integer
            CompanyName: text by Text
            Phone: text by Text
        Suppliers
            SupplierID: bigint by Integer
            CompanyName: text by Text
            ContactName: text by Text
            ContactTitle: text by Text
            Address: text by Text
            City: text by Text
            Region: text by Text
            PostalCode: text by Text
            Country: text by Text
            Phone: text by Text
            Fax: text by Text
            HomePage: text by Text
        Territories
            TerritoryID: text by Text
            TerritoryDescription: text by Text
            RegionID: bigint by Integer
        """;
}
